import { readFileSync } from "node:fs";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { ModuleDict } from "@wgrad/nn";
import { Interrupted } from "./interruption.ts";
import { t } from "./language.ts";
import type { Options } from "./options.ts";
import { type AnyModule, giveWeights, recordsIn, weightsOf } from "./state.ts";
import { say } from "./terminal.ts";
import type { Curve, Training } from "./training.ts";
import { UsageError } from "./usage-error.ts";
import { type WatchOptions, watch } from "./watch.ts";
import { writeWhole } from "./write.ts";

/**
 * Gives `model` its weights: from `--load FILE`, and then there is no curve, or by training it;
 * then writes them to `--save FILE` if asked.
 */
export async function trainOrLoad(
  model: AnyModule,
  options: Options,
  training: () => Training,
  watching: WatchOptions = {},
): Promise<Curve> {
  if (options.load !== undefined) {
    loadWeights(model, options.load, options.name);
    say(t("  weights from {load}: nothing is trained", { load: options.load }));
  }
  return saving(model, options, async () =>
    options.load === undefined ? await watch(training(), watching) : [],
  );
}

/** The same for several models, trained one after the other, in one file. */
export async function trainEachOrLoad<Name extends string>(
  models: Readonly<Record<Name, AnyModule>>,
  options: Options,
  trainings: Readonly<Record<Name, () => Training>>,
  watching: WatchOptions = {},
): Promise<Record<Name, Curve>> {
  const all = new ModuleDict<AnyModule>(models);
  if (options.load !== undefined) {
    loadWeights(all, options.load, options.name);
    say(t("  weights from {load}: nothing is trained", { load: options.load }));
  }
  const curves: Partial<Record<Name, Curve>> = {};
  await saving(all, options, async () => {
    for (const name of Object.keys(models) as Name[]) {
      if (options.load === undefined) say(`${name}:`);
      curves[name] = options.load === undefined ? await watch(trainings[name](), watching) : [];
    }
  });
  return curves as Record<Name, Curve>;
}

/**
 * Does `work`, which trains `model`, and then writes its weights to `--save FILE` if asked: what
 * there is of them too where Ctrl-C ends it halfway.
 */
export async function saving<Result>(
  model: AnyModule,
  { save, name }: Options,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work();
    if (save !== undefined) {
      await write(model, save, name);
      say(t("  weights written to {save}", { save }));
    }
    return result;
  } catch (error) {
    if (error instanceof Interrupted && save !== undefined) await write(model, save, name);
    throw error;
  }
}

/** A model's parameters and buffers as a safetensors file that says which demo it is from. */
const write = async (model: AnyModule, path: string, demo: string): Promise<void> => {
  writeWhole(path, await weightsOf(model, demo));
};

/** Gives `model` what `saving` wrote. Throws for a file that is none, or is another demo's. */
export function loadWeights(model: AnyModule, path: string, demo: string): void {
  giveWeights(model, read(path), demo, path);
}

/** The tensors in a file of weights, for which no device need be open. */
export function readWeights(path: string, demo: string): Readonly<Record<string, TensorRecord>> {
  return recordsIn(read(path), demo, path);
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}
