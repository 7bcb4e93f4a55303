import type { Kernel } from "../../../devices/device.ts";
import type { Loops } from "../../../kernel/loops.ts";
import { type Accessed, accessesOf, keyOf } from "./accesses.ts";
import {
  type Declared,
  entry,
  fold,
  groupsOf,
  isWritable,
  type Stage,
  shaderOf,
  shapeOf,
  wordText,
  writeThread,
} from "./stage.ts";
import { Declarations } from "./text.ts";
import type { Uniforms } from "./uniforms.ts";
import type { Bound, Scene } from "./writer.ts";

/** A part of a merged kernel: its loops, and what its buffers are numbered by in the whole. */
export interface Part {
  readonly loops: Loops;
  readonly kernel: Kernel;
  /** The number that its first output, and its first scratch buffer, has among those of all. */
  readonly firstOutput: number;
  readonly firstScratch: number;
}

/** Parts that do not need each other in one dispatch: the first workgroups are the first's, and so on. Null if it would bind one buffer twice. */
export function renderMerged(
  parts: readonly Part[],
  size: number,
  uniforms: Uniforms,
  maxWorkgroups: number,
  maxBindings: number,
): Stage | null {
  const declarations = new Declarations();
  const declared: Declared[] = [];
  const functions: string[] = [];
  const turns: string[] = [];
  let before = 0;
  for (const [i, part] of parts.entries()) {
    const { loops, kernel } = part;
    const bound = new Map<string, Bound>();
    for (const [key, access] of accessesOf(loops, kernel.inputs)) {
      const { type, wide, atomic } = shapeOf(access);
      const source = sourceOf(access, part);
      const writable = isWritable(access, kernel.inputs);
      const known = declared.find(
        (other) =>
          "input" in source &&
          "input" in other.source &&
          other.source.input === source.input &&
          other.type === type &&
          other.writable === writable,
      );
      const name = known?.name ?? `part${i}_${key}`;
      if (known === undefined) declared.push({ name, type, source, writable });
      bound.set(key, { name, wide, atomic, dtype: access.dtype, first: null });
    }
    const scene: Scene = {
      uniforms,
      declarations,
      word: wordText,
      bound: (buffer) => bound.get(keyOf(buffer, kernel.inputs)) as Bound,
    };
    const body = writeThread(loops, scene, size);
    functions.push(`fn part${i}(turn: u32, local: u32) {\n${body}\n}`);
    const groups = groupsOf(loops.grid, size);
    const [first, last] = [before, before + groups].map((n) => wordText(uniforms.number(n)));
    turns.push(`  if (turn >= ${first} && turn < ${last}) { part${i}(turn - ${first}, local); }`);
    before += groups;
  }
  if (declared.length > maxBindings || bindsTwice(declared)) return null;
  const workgroups = fold(before, maxWorkgroups);
  const width = wordText(uniforms.number(workgroups[0]));
  const main = `${functions.join("\n")}\n${entry(size, width, turns.join("\n"))}`;
  return { ...shaderOf(declared, declarations.texts, main), workgroups };
}

const sourceOf = (
  { buffer }: Accessed,
  { firstOutput, firstScratch }: Part,
): Declared["source"] => {
  if ("output" in buffer) return { output: buffer.output + firstOutput };
  return "scratch" in buffer ? { scratch: buffer.scratch + firstScratch } : buffer;
};

/** A buffer that may be written is bound once: not as numbers here and as vectors there. */
const bindsTwice = (declared: readonly Declared[]): boolean =>
  declared.some(
    ({ source, writable }, i) =>
      writable &&
      "input" in source &&
      declared.some((other, j) => {
        return j !== i && "input" in other.source && other.source.input === source.input;
      }),
  );
