import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { InitResult } from "@wgrad/autograd";
import { oneOf, t } from "./language.ts";
import { wrapped } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { checkWritable } from "./write.ts";

export type Budget = "quick" | "full";

type DeviceName = InitResult["device"];

/** Where a lesson can compute. */
export const devices = ["webgpu", "wasm", "cpu"] as const satisfies readonly DeviceName[];
/** What is taken where none is asked for. */
export const byDefault = (): string => t("WebGPU on a graphics card, else WebAssembly");

/** What a demo can be asked for on the command line. */
export interface Options {
  /** The demo's name. */
  readonly name: string;
  /** Where to compute; the library picks one if not given. */
  readonly device?: DeviceName;
  /** Decides every random number. */
  readonly seed: number;
  /** "full" is the lesson; "quick" the same code in seconds, to see that it runs and learns. */
  readonly budget: Budget;
  /** Passes over the data, in place of each lesson's own number. */
  readonly epochs?: number;
  /** A table of the user's own. */
  readonly csv?: string;
  /** The column of it to predict. */
  readonly target?: string;
  /** Where pictures go. */
  readonly out: string;
  /** Where the trained weights go. */
  readonly save?: string;
  /** Weights to use instead of training. */
  readonly load?: string;
  /** The port of a server that goes on answering after the lesson; 0 takes one that is free. */
  readonly serve?: number;
  /** The result as one line of JSON on stdout; what people read goes to stderr. */
  readonly json: boolean;
}

/** Options that some demos take and others do not. */
export type Optional = "epochs" | "csv" | "target" | "save" | "load" | "serve";

const flags = {
  device: {
    type: "string",
    help: [
      "NAME",
      () =>
        t("where to compute: {devices} (default: {byDefault})", {
          devices: devices.join(", "),
          byDefault: byDefault(),
        }),
    ],
  },
  seed: { type: "string", help: ["N", () => t("start of every random number (default 0)")] },
  budget: {
    type: "string",
    help: ["quick|full", () => t("quick: seconds, to see it run; full: the lesson (default)")],
  },
  epochs: {
    type: "string",
    help: ["N", () => t("passes over the data, in place of the lesson's own")],
  },
  csv: {
    type: "string",
    help: [
      "FILE",
      () => t("a table of your own: the last column is the target, the others predict it"),
    ],
  },
  target: { type: "string", help: ["NAME", () => t("the column of --csv to predict")] },
  save: { type: "string", help: ["FILE", () => t("write the trained weights as safetensors")] },
  load: { type: "string", help: ["FILE", () => t("use these weights instead of training")] },
  serve: {
    type: "string",
    help: [
      "PORT",
      () => t("go on answering requests there afterwards, until Ctrl-C (0: a free port)"),
    ],
  },
  out: { type: "string", help: ["DIR", () => t("where pictures go (default apps/demos/out)")] },
  lang: {
    type: "string",
    help: ["en|zh", () => t("the language of what is said (default: as LANG says)")],
  },
  json: {
    type: "boolean",
    help: ["", () => t("the result as one line of JSON on stdout, the lesson on stderr")],
  },
  help: { type: "boolean", short: "h", help: ["", () => t("this text (-h too)")] },
} as const;

const optional: ReadonlySet<string> = new Set<Optional>([
  "epochs",
  "csv",
  "target",
  "save",
  "load",
  "serve",
]);

/** Columns before what an option does. */
const INDENT = 23;

/** The options of a demo that takes these, in lines of at most `width` characters. */
export function optionsHelp(takes: readonly Optional[], width: number): string {
  return Object.entries(flags)
    .filter(([flag]) => !optional.has(flag) || takes.some((taken) => taken === flag))
    .map(
      ([
        flag,
        {
          help: [value, text],
        },
      ]) => {
        const [first = "", ...more] = wrapped(text(), width - INDENT);
        const lines = [`  ${`--${flag} ${value}`.padEnd(INDENT - 2)}${first}`];
        return [...lines, ...more.map((line) => " ".repeat(INDENT) + line)].join("\n");
      },
    )
    .join("\n");
}

/**
 * Reads the arguments after a demo's name. Throws UsageError for an option or value there is not.
 */
export function parseOptions(
  name: string,
  args: readonly string[],
  takes: readonly Optional[],
  out: string,
): Options | "help" {
  const values = parse(args);
  if (values.help) return "help";
  for (const flag of Object.keys(values)) {
    if (optional.has(flag) && !takes.some((taken) => taken === flag)) {
      throw new UsageError(t("{name} takes no --{flag}; --help lists the options", { name, flag }));
    }
  }
  const { csv, target, save, load } = values;
  const device = choice("device", values.device, devices);
  if (target !== undefined && csv === undefined) {
    throw new UsageError(t("--target names a column of --csv FILE, which is not given"));
  }
  if (values.out !== undefined) checkFolder(values.out);
  if (save !== undefined) checkTarget(save);
  if (load !== undefined) {
    if (!existsSync(load))
      throw new UsageError(t("--load {load}: there is no such file", { load }));
    if (isNot("File", load))
      throw new UsageError(t("--load {load} is a folder, not a file", { load }));
  }
  return {
    name,
    ...(device !== undefined && { device }),
    seed: wholeNumber("seed", values.seed ?? "0", 0),
    budget: choice("budget", values.budget, ["quick", "full"]) ?? "full",
    ...(values.epochs !== undefined && { epochs: wholeNumber("epochs", values.epochs, 1) }),
    ...(csv !== undefined && { csv }),
    ...(target !== undefined && { target }),
    ...(save !== undefined && { save }),
    ...(load !== undefined && { load }),
    ...(values.serve !== undefined && { serve: wholeNumber("serve", values.serve, 0, 65_535) }),
    out: values.out ?? out,
    json: values.json ?? false,
  };
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof flags }>>["values"] {
  try {
    const joined = joinNegatives(args);
    return parseArgs({ args: joined, options: flags, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(
      t("{sentence}; --help lists the options", { sentence: sentence.replace(/\.$/, "") }),
    );
  }
}

/**
 * `--seed -1` as `--seed=-1`: what follows an option is its value, though it begins like another
 * option.
 */
function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-[\d.]/.test(arg) && last?.startsWith("--") && !last.includes("=")) {
      joined[joined.length - 1] = `${last}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/** A folder that is there and can be written to, or could be made. */
function checkFolder(out: string): void {
  if (isNot("Directory", out))
    throw new UsageError(t("--out {out} is a file, not a folder", { out }));
  let there = resolve(out);
  while (!existsSync(there)) there = dirname(there);
  if (isNot("Directory", there)) {
    throw new UsageError(t("--out {out}: {there} is a file, not a folder", { out, there }));
  }
  checkWritable(join(there, "wgrad"), t("--out {out}: files in {there}", { out, there }));
}

/** A file that is there and can be written to, or could be. */
function checkTarget(save: string): void {
  if (existsSync(save) && statSync(save).isDirectory()) {
    throw new UsageError(t("--save {save} is a folder, not a file", { save }));
  }
  const folder = dirname(save);
  if (!existsSync(folder))
    throw new UsageError(t("--save {save}: there is no folder {folder}", { save, folder }));
  if (isNot("Directory", folder)) {
    throw new UsageError(t("--save {save}: {folder} is no folder", { save, folder }));
  }
  checkWritable(save, `--save ${save}`);
}

const isNot = (kind: "File" | "Directory", path: string | undefined): boolean =>
  path !== undefined && existsSync(path) && !statSync(path)[`is${kind}`]();

function choice<const Value extends string>(
  option: string,
  text: string | undefined,
  values: readonly Value[],
): Value | undefined {
  const value = values.find((each) => each === text);
  if (text === undefined || value !== undefined) return value;
  throw new UsageError(
    t('--{option} is "{text}"; it is {values}', { option, text, values: oneOf(values) }),
  );
}

function wholeNumber(option: string, text: string, least: number, most?: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= (most ?? 2 ** 32 - 1)) return value;
  const range =
    most === undefined
      ? t("{least} or more", { least })
      : t("from {least} to {most}", { least, most });
  throw new UsageError(
    t('--{option} is "{text}"; it is a whole number, {range}', { option, text, range }),
  );
}
