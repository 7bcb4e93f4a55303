import { existsSync, statSync } from "node:fs";
import { parseArgs } from "node:util";

/** What every demo can be asked for on the command line. */
export interface Options {
  /** Where to compute; the library picks one if not given. */
  readonly device?: "cpu" | "webgpu";
  /** Decides every random number. */
  readonly seed: number;
  /** Passes over the data, in place of each lesson's own number. */
  readonly epochs?: number;
  /** A table of the user's own. */
  readonly csv?: string;
  /** The column of it to predict. */
  readonly target?: string;
  /** Where pictures go. */
  readonly out: string;
}

/** A mistake in what was asked for; its message is one line for the user. */
export class UsageError extends Error {}

export const optionsHelp: string = `  --device cpu|webgpu  where to compute (default: WebGPU, or the CPU where there is none)
  --seed N             start of every random number (default 0)
  --epochs N           passes over the data, in place of the lesson's own
  --csv FILE           a table of your own: the last column is the target, the others predict it
  --target NAME        the column of --csv to predict
  --out DIR            where pictures go (default apps/demos/out)
  --help               this text`;

const flags = {
  device: { type: "string" },
  seed: { type: "string" },
  epochs: { type: "string" },
  csv: { type: "string" },
  target: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean" },
} as const;

/** Reads the arguments after a demo's name. Throws UsageError for an option or value there is not. */
export function parseOptions(args: readonly string[], out: string): Options | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const { device, csv, target } = values;
  if (device !== undefined && device !== "cpu" && device !== "webgpu") {
    throw new UsageError(`--device is "${device}"; it is cpu or webgpu`);
  }
  if (target !== undefined && csv === undefined) {
    throw new UsageError("--target names a column of --csv FILE, which is not given");
  }
  if (values.out !== undefined && existsSync(values.out) && !statSync(values.out).isDirectory()) {
    throw new UsageError(`--out ${values.out} is a file, not a folder`);
  }
  return {
    ...(device !== undefined && { device }),
    seed: wholeNumber("seed", values.seed ?? "0", 0),
    ...(values.epochs !== undefined && { epochs: wholeNumber("epochs", values.epochs, 1) }),
    ...(csv !== undefined && { csv }),
    ...(target !== undefined && { target }),
    out: values.out ?? out,
  };
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof flags }>>["values"] {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}; --help lists the options`);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value < 2 ** 32) return value;
  throw new UsageError(`--${option} is "${text}"; it is a whole number, ${least} or more`);
}
