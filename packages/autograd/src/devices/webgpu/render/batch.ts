import { chunksOf, placeBuffers, tableOf, type WorkItem } from "../../../lower/batches.ts";
import type { Declared, Part } from "../../../lower/bindings.ts";
import { fold, groupsOf, sizeOfGroup } from "../../../lower/grid.ts";
import { Uniforms } from "../../../lower/uniforms.ts";
import { entry, type Stage, shaderOf, WORKGROUP, wordText, writeThread } from "./stage.ts";
import { Declarations } from "./text.ts";
import type { Scene } from "./writer.ts";

/**
 * Renders the same work on many tensors as one function and a table of their positions, so that
 * text and compile time do not grow. It takes as few dispatches as can bind all buffers.
 */
export function renderBatch(
  parts: readonly Part[],
  uniforms: Uniforms,
  maxWorkgroups: number,
  maxBindings: number,
): Stage[] {
  const declarations = new Declarations();
  const items = parts.map((part) => itemOf(part, uniforms, declarations));
  return chunksOf(items, maxBindings).map((chunk) =>
    renderChunk(chunk, declarations, uniforms, maxWorkgroups),
  );
}

function itemOf(part: Part, uniforms: Uniforms, declarations: Declarations): WorkItem {
  const { loops, kernel } = part;
  const { buffers, find } = placeBuffers(part);
  const own = new Uniforms(kernel.params);
  const scene: Scene = {
    uniforms: own,
    declarations,
    word: (word) => `u[numbers + ${word >> 2}u].${"xyzw"[word & 3]}`,
    bound: find,
  };
  const size = sizeOfGroup(loops.grid) ?? WORKGROUP;
  const text = writeThread(loops, scene, size);
  return { text, buffers, numbers: uniforms.append(own), groups: groupsOf(loops.grid, size) };
}

/** Renders one dispatch, in which each workgroup looks up its item in a table. */
function renderChunk(
  items: readonly WorkItem[],
  declarations: Declarations,
  uniforms: Uniforms,
  maxWorkgroups: number,
): Stage {
  const declared = new Map<string, Declared>();
  const kinds = new Map<string, WorkItem[]>();
  for (const item of items) {
    for (const { declared: one } of item.buffers) declared.set(one.name, one);
    kinds.set(item.text, [...(kinds.get(item.text) ?? []), item]);
  }
  let before = 0;
  const functions: string[] = [];
  const calls: string[] = [];
  for (const [text, alike] of kinds) {
    const { rows, stride, end } = tableOf(alike, before);
    before = end;
    const table = uniforms.table(rows);
    const kind = functions.length;
    const firsts = (alike[0] as WorkItem).buffers.map(({ first }, i) =>
      first < 0 ? "" : `  let first${i} = u[row + ${(2 + i) >> 2}u].${"xyzw"[(2 + i) & 3]};\n`,
    );
    functions.push(`fn work${kind}(turn: u32, local: u32, row: u32) {
  let numbers = u[row].y;
${firsts.join("")}${text}
}`);
    calls.push(`  if (turn >= u[${table}].x && turn < u[${table + alike.length * stride}].x) {
    let row = ${rowOf(table, alike.length, stride)};
    work${kind}(turn - u[row].x, local, row);
    return;
  }`);
  }
  const workgroups = fold(before, maxWorkgroups);
  const width = wordText(uniforms.number(workgroups[0]));
  const main = `${ROW_OF}\n${functions.join("\n")}\n${entry(WORKGROUP, width, calls.join("\n"))}`;
  return { ...shaderOf([...declared.values()], declarations.texts, main), workgroups };
}

/** Finds, by bisection, the last row of a table whose first workgroup is at most `turn`. */
const ROW_OF = `fn rowOf(turn: u32, table: u32, rows: u32, stride: u32) -> u32 {
  var low = 0u;
  var high = rows;
  while (high - low > 1u) {
    let middle = (low + high) / 2u;
    if (turn < u[table + middle * stride].x) { high = middle; } else { low = middle; }
  }
  return table + low * stride;
}`;

const rowOf = (table: number, rows: number, stride: number): string =>
  rows === 1 ? `${table}u` : `rowOf(turn, ${table}u, ${rows}u, ${stride}u)`;
