import * as w from "@wgrad/autograd";
import { useIdleDevice } from "@wgrad/autograd/testing";
import { type Draft, moves } from "./moves.ts";

/**
 * A random program as its own source: each line works on the list `t` of tensors with the library
 * as `w`.
 */
export interface RandomProgram {
  readonly seed: number;
  readonly lines: readonly string[];
  /** Which of `t` are compared, and summed up for the backward. */
  readonly ends: readonly number[];
}

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (library: typeof w, t: w.Tensor[]) => Promise<void>;

/**
 * The program of this seed. What a line may do follows from the shapes so far, so it is recorded on
 * a device that does nothing.
 */
export async function writeProgram(seed: number): Promise<RandomProgram> {
  useIdleDevice();
  const generator = new w.Generator(seed);
  const below = (n: number): number => generator.u32() % n;
  const t: w.Tensor[] = [];
  const draft: Draft = {
    t,
    bounds: [],
    below,
    choose: (list) => list[below(list.length)] as never,
  };
  const lines: string[] = [];
  const attempt = async (line: string): Promise<boolean> => {
    try {
      await new AsyncFunction("w", "t", line)(w, t);
    } catch (error) {
      if (error instanceof w.WgradError) return false; // the shapes do not fit: something else, then
      throw error;
    }
    lines.push(line);
    return true;
  };
  const leaves = 2 + below(3);
  for (let i = 0; i < leaves; i++) {
    const shape = Array.from({ length: below(5) }, () => (below(40) === 0 ? 0 : 1 + below(6)));
    await attempt(
      `t.push(w.tensor(new w.Generator(${seed * 10 + i}).uniform(new Float32Array(${count(shape)}), -1, 1), ` +
        `{ shape: [${shape}], requiresGrad: ${below(4) > 0 || i === 0} }));`,
    );
    draft.bounds.push(1);
  }
  const steps = 5 + below(36);
  for (let tries = 0; lines.length < leaves + steps && tries < 10 * steps; tries++) {
    const move = draft.choose(moves)(draft);
    if (move === null || !(move.bound <= 60)) continue;
    const before = t.length;
    if (!(await attempt(move.line))) continue;
    if (t.length > before && (t.at(-1) as w.Tensor).numel() > 3000) {
      t.pop();
      lines.pop();
    } else if (t.length > before) draft.bounds.push(move.bound);
    else if (move.writes !== undefined) raise(draft, move.writes, move.bound);
  }
  const named = lines.slice(leaves).join("\n");
  const ends = [...t.keys()].filter(
    (i) => t[i]?.dtype === "f32" && i >= leaves && !named.includes(`t[${i}]`),
  );
  const program = { seed, lines, ends: ends.length > 0 ? ends : [t.length - 1] };
  // a write to what a rule will read is an error of the backward: such writes go, from the last on
  while (await isRefused(program)) {
    lines.splice(
      lines.findLastIndex((line) => line.includes("_(")),
      1,
    );
  }
  return program;
}

async function isRefused({ lines, ends }: RandomProgram): Promise<boolean> {
  const t: w.Tensor[] = [];
  for (const line of lines) await new AsyncFunction("w", "t", line)(w, t);
  try {
    backward(t, ends);
    return false;
  } catch (error) {
    if (error instanceof w.ExpiredError) return true;
    throw error;
  }
}

/** Of all ends that have a gradient. */
function backward(t: readonly w.Tensor[], ends: readonly number[]): void {
  const tracked = ends.flatMap((i) => ((t[i] as w.Tensor).requiresGrad ? [t[i] as w.Tensor] : []));
  if (tracked.length === 0) return;
  tracked
    .map((end) => end.sin().sum())
    .reduce((a, b) => a.add(b))
    .backward();
}

/** A write is seen through every handle on the same value. */
function raise({ t, bounds }: Draft, written: number, bound: number): void {
  for (const [i, tensor] of t.entries()) {
    if (tensor.cell === t[written]?.cell) bounds[i] = Math.max(bounds[i] as number, bound);
  }
}

const count = (shape: w.Shape): number => shape.reduce((product, n) => product * n, 1);

/** Values of the ends, then gradients of the leaves (null where there is none). */
export type Results = readonly (readonly number[] | null)[];

export interface Outcome {
  readonly results: Results;
  readonly labels: readonly string[];
}

/**
 * Whether it overwrites values: what the tape needs of them may then be gone, and the backward says
 * so.
 */
export const writesInPlace = ({ lines }: RandomProgram): boolean =>
  lines.some((line) => line.includes("_("));

/**
 * Runs a program on the current device. With `watch` every value is compared, not the ends alone.
 */
export async function runProgram({ lines, ends }: RandomProgram, watch = false): Promise<Outcome> {
  const t: w.Tensor[] = [];
  for (const line of lines) await new AsyncFunction("w", "t", line)(w, t);
  backward(t, ends);
  const shown = watch ? [...t.keys()] : ends;
  const leaves = [...t.keys()].filter((i) => t[i]?.isLeaf && t[i]?.requiresGrad);
  const values = shown.map((i) => t[i] as w.Tensor);
  const gradients = leaves.map((i) => (t[i] as w.Tensor).grad);
  const results = await Promise.all(
    [...values, ...gradients].map(async (x) => (x === null ? null : [...(await x.data())])),
  );
  return {
    results,
    labels: [...shown.map((i) => `t[${i}]`), ...leaves.map((i) => `t[${i}].grad`)],
  };
}

/** The program as one can paste it. */
export const printed = ({ lines, ends }: RandomProgram): string =>
  [
    'import * as w from "@wgrad/autograd";',
    "const t = [];",
    ...lines,
    `const ends = [${ends.map((i) => `t[${i}]`).join(", ")}];`,
    "ends.filter((x) => x.requiresGrad).map((x) => x.sin().sum()).reduce((a, b) => a.add(b)).backward();",
  ].join("\n");
