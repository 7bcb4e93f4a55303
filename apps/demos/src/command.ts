import { fileURLToPath } from "node:url";
import { WgradError } from "@wgrad/autograd";
import type { Demo } from "./shared/demo.ts";
import { optionsHelp, parseOptions, UsageError } from "./shared/options.ts";

/** Each is loaded only when it runs. */
const demos: Record<string, { summary: string; load: () => Promise<Demo> }> = {
  housing: {
    summary: "what is a house worth? linear regression on three tables",
    load: async () => (await import("./housing/demo.ts")).housing,
  },
  exam: {
    summary: "how many hours make a pass? logistic regression, with and without a penalty",
    load: async () => (await import("./exam/demo.ts")).exam,
  },
};

const outFolder = fileURLToPath(new URL("../out", import.meta.url));

async function dispatch([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined || name === "list" || name === "--help") return list();
  const entry = demos[name];
  if (entry === undefined) {
    throw new UsageError(`there is no demo "${name}"; there are ${Object.keys(demos).join(", ")}`);
  }
  const options = parseOptions(args, outFolder);
  if (options === "help") {
    console.log(`pnpm demo ${name} [options]\n\n${entry.summary}\n\n${optionsHelp}`);
    return;
  }
  await (await entry.load()).run(options);
}

function list(): void {
  console.log("pnpm demo NAME [options]; pnpm demo NAME --help lists the options\n");
  for (const [name, { summary }] of Object.entries(demos)) {
    console.log(`  ${name.padEnd(10)}${summary}`);
  }
}

/** Runs what the arguments ask for and gives the exit code: a mistake of the user's is one line on stderr and 1. */
export async function command(args: readonly string[]): Promise<number> {
  try {
    await dispatch(args);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof WgradError)) throw error;
    console.error(`error: ${error.message}`);
    return 1;
  }
}
