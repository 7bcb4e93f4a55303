import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WgradError } from "@wgrad/autograd";
import { catalog } from "./catalog.ts";
import { fullTime, type Line } from "./results.ts";
import type { Demo, Outcome } from "./shared/demo.ts";
import { figure, saveFigure } from "./shared/figure.ts";
import { Interrupted, withSignals } from "./shared/interruption.ts";
import { inEnglish, t } from "./shared/language.ts";
import { type Options, optionsHelp, parseOptions } from "./shared/options.ts";
import { start } from "./shared/start.ts";
import { columns, say, speakTo, tell, toCopy, wrapped } from "./shared/terminal.ts";
import { UsageError } from "./shared/usage-error.ts";
import { judge, sayVerdicts, type Verdict } from "./shared/verdict.ts";
import { readWeights } from "./shared/weights.ts";
import { filesWritten } from "./shared/write.ts";
import { langOption, languageIn, speakAs, takeLang } from "./speech.ts";

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

const calls = {
  list: new Set([undefined, "list", "help", "--help", "-h"]),
  version: new Set(["version", "--version", "-v"]),
};

async function dispatch([first, ...rest]: readonly string[]): Promise<boolean> {
  if (first === "help" && rest.length > 0) return dispatch([...rest, "--help"]);
  if (calls.list.has(first as string)) return list();
  if (calls.version.has(first as string)) return version();
  const [name, args] = [first as string, rest];
  const entry = catalog[name];
  if (entry === undefined) {
    throw new UsageError(
      t('there is no demo "{name}"; there are {names}', {
        name,
        names: Object.keys(catalog).join(", "),
      }),
    );
  }
  const demo = await entry.load();
  const options = parseOptions(name, args, demo.takes, outFolder);
  if (options === "help") {
    const usage = t("pnpm demo {name} [options]", { name });
    const text = wrapped(
      t("{summary} Teaches {teaches}.", { summary: entry.summary(), teaches: entry.teaches() }),
    ).join("\n");
    console.log(`${usage}\n\n${text}\n\n${optionsHelp(demo.takes, columns())}`);
    return true;
  }
  speakTo(options.json ? "stderr" : "stdout");
  try {
    const { result, afterwards } = await withSignals(
      () => runDemo(demo, options, args),
      () => console.error(`\n${t("stopped: {kept}", { kept: kept(demo) })}`),
    ).catch((error) => {
      if (error instanceof Interrupted) error.message += `: ${kept(demo)}`;
      throw error;
    });
    if (options.json) console.log(JSON.stringify(result));
    await afterwards?.();
    return result.checks.every(({ passed }) => passed);
  } finally {
    speakTo("stdout");
  }
}

/** One run: the lesson, its picture, and whether it reached what it must; `args` are those that `options` were read from. */
async function runDemo(
  demo: Demo,
  options: Options,
  args: readonly string[],
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
  const { tooShort } = demo;
  const notes = (): string[] => [
    ...(outcome.note === undefined ? [] : [outcome.note()]),
    ...(budget === "full" || tooShort === undefined ? [] : [shortness(name, tooShort())]),
  ];
  for (const note of notes()) tell("", note);
  say("", t("written:"), ...files.map((path) => `  ${path}`));
  if (options.device === undefined && device.device !== "webgpu") {
    say(
      "",
      t("Computed on {device} ({description}). The same run on WebGPU:", {
        device: device.device,
        description: device.description,
      }),
    );
    toCopy(
      `  pnpm demo ${[name, ...args, ...langOption(), "--device", "webgpu"].map(quoted).join(" ")}`,
    );
  }
  const result: RunResult = {
    demo: name,
    budget,
    seed,
    device: `${device.device}: ${device.description}`,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    measures: outcome.measures,
    checks,
    ...(notes().length > 0 && { note: inEnglish(() => notes().join(" ")) }),
    files,
  };
  return { result, afterwards: outcome.afterwards };
}

/** Says what the quick budget is too short for, and what the full one takes. */
function shortness(name: string, tooShort: string): string {
  const path = new URL("../../../docs/results.json", import.meta.url);
  const time = fullTime(JSON.parse(readFileSync(path, "utf8")) as Line[], name);
  const full = time === null ? t("takes longer") : t("took {time}", { time });
  return t("The quick budget is too short to learn this: {tooShort} --budget full {full}.", {
    tooShort,
    full,
  });
}

/** An argument as a shell takes it. */
const quoted = (arg: string): string =>
  /^[\w./=:,+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;

/** What is left of a lesson that was stopped. */
function kept({ takes }: Demo): string {
  const files = filesWritten();
  if (files.length > 0) return t("kept {files}", { files: files.join(", ") });
  const how = takes.includes("save")
    ? t("; --save FILE keeps the weights, also when it is stopped")
    : "";
  return t("nothing was kept{how}", { how });
}

function list(): boolean {
  console.log(`${t("pnpm demo NAME [options]; pnpm demo NAME --help lists the options")}\n`);
  const indent = " ".repeat(15);
  for (const [name, { summary, teaches }] of Object.entries(catalog)) {
    const lines = wrapped(teaches(), columns() - indent.length).map((line) => `${indent}${line}`);
    console.log([`  ${name.padEnd(13)}${summary()}`, ...lines].join("\n"));
  }
  return true;
}

function version(): boolean {
  const path = new URL("../../../packages/autograd/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
  console.log(`wgrad ${version}, Node ${process.version}`);
  return true;
}

/**
 * Runs what the arguments ask for and gives the exit code: 0; 1 for a mistake of the user's, which is one line on
 * stderr; 2 for a lesson that ran and missed what it must reach; 130 and 143 for one that was stopped.
 */
export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  try {
    await speakAs(languageIn(env));
    const { chosen, rest } = takeLang(args);
    if (chosen !== null) await speakAs(chosen);
    return (await dispatch(rest)) ? 0 : 2;
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error(error.message);
      return error.code;
    }
    if (!(error instanceof UsageError || error instanceof WgradError)) throw error;
    const message = error.message.replaceAll(/\s*\n\s*/g, "; ");
    console.error(t("error: {message}", { message }));
    return 1;
  } finally {
    await speakAs("en");
  }
}
