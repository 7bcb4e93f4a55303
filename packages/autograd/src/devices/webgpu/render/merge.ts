import { bindsTwice, type Declared, type Part } from "../../../lower/bindings.ts";
import { fold, groupsOf } from "../../../lower/grid.ts";
import type { Uniforms } from "../../../lower/uniforms.ts";
import { entry, type Stage, sceneOf, shaderOf, wordText, writeThread } from "./stage.ts";
import { Declarations } from "./text.ts";

/**
 * Renders independent parts as one dispatch: the first workgroups compute the first part, and so
 * on. Null if it would bind a buffer twice, or too many buffers.
 */
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
    const { loops } = part;
    const scene = sceneOf(part, `part${i}_`, declared, declarations, uniforms);
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
