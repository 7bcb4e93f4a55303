import { fileURLToPath } from "node:url";
import { WgradError } from "@wgrad/autograd";
import { catalog } from "./catalog.ts";
import type { Demo, Outcome } from "./shared/demo.ts";
import { figure, saveFigure } from "./shared/figure.ts";
import { type Options, optionsHelp, parseOptions, UsageError } from "./shared/options.ts";
import { start } from "./shared/start.ts";
import { say, speakTo } from "./shared/terminal.ts";
import { judge, sayVerdicts, type Verdict } from "./shared/verdict.ts";
import { readWeights } from "./shared/weights.ts";

/** What `--json` prints: a run and what it reached. */
export interface RunResult {
  readonly demo: string;
  readonly budget: Options["budget"];
  readonly seed: number;
  readonly device: string;
  readonly seconds: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly checks: readonly Verdict[];
  readonly note?: string;
  readonly files: readonly string[];
}

const outFolder = fileURLToPath(new URL("../out", import.meta.url));

async function dispatch([name, ...args]: readonly string[]): Promise<boolean> {
  if (name === undefined || name === "list" || name === "--help") return list();
  const entry = catalog[name];
  if (entry === undefined) {
    throw new UsageError(
      `there is no demo "${name}"; there are ${Object.keys(catalog).join(", ")}`,
    );
  }
  const demo = await entry.load();
  const options = parseOptions(name, args, demo.takes, outFolder);
  if (options === "help") {
    const usage = `pnpm demo ${name} [options]`;
    const text = `${entry.summary} Teaches ${entry.teaches}.`;
    console.log(`${usage}\n\n${text}\n\n${optionsHelp(demo.takes)}`);
    return true;
  }
  speakTo(options.json ? "stderr" : "stdout");
  try {
    const { result, afterwards } = await runDemo(demo, options);
    if (options.json) console.log(JSON.stringify(result));
    await afterwards?.();
    return result.checks.every(({ passed }) => passed);
  } finally {
    speakTo("stdout");
  }
}

/** One run: the lesson, its picture, and whether it reached what it must. */
async function runDemo(
  demo: Demo,
  options: Options,
): Promise<{ result: RunResult; afterwards: Outcome["afterwards"] }> {
  const began = performance.now();
  const { name, budget, seed } = options;
  if (options.load !== undefined) readWeights(options.load, name);
  const device = await start(options);
  const outcome = await demo.run(options);
  const { title, subtitle, panels } = outcome.report;
  const pictures = saveFigure(figure(title, subtitle, panels), options.out, name);
  const files = [...pictures, ...(outcome.files ?? [])];
  const asConfigured = [options.epochs, options.csv, options.load].every((x) => x === undefined);
  const checks = asConfigured ? judge(demo.checks[budget], outcome) : [];
  if (checks.length > 0) sayVerdicts(checks);
  if (outcome.note !== undefined) say("", outcome.note);
  say("", "written:", ...files.map((path) => `  ${path}`));
  const result: RunResult = {
    demo: name,
    budget,
    seed,
    device: `${device.device}: ${device.description}`,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    measures: outcome.measures,
    checks,
    ...(outcome.note !== undefined && { note: outcome.note }),
    files,
  };
  return { result, afterwards: outcome.afterwards };
}

function list(): boolean {
  console.log("pnpm demo NAME [options]; pnpm demo NAME --help lists the options\n");
  for (const [name, { summary, teaches }] of Object.entries(catalog)) {
    console.log(`  ${name.padEnd(13)}${summary}\n${" ".repeat(15)}${teaches}`);
  }
  return true;
}

/**
 * Runs what the arguments ask for and gives the exit code: 0; 1 for a mistake of the user's, which is one line on
 * stderr; 2 for a lesson that ran and missed what it must reach.
 */
export async function command(args: readonly string[]): Promise<number> {
  try {
    return (await dispatch(args)) ? 0 : 2;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof WgradError)) throw error;
    console.error(`error: ${error.message.replaceAll(/\s*\n\s*/g, "; ")}`);
    return 1;
  }
}
