import { type Accessed, accessesOf, keyOf } from "../../../lower/accesses.ts";
import { groupsOf, sizeOfGroup } from "../../../lower/grid.ts";
import { Uniforms } from "../../../lower/uniforms.ts";
import {
  type Declared,
  entry,
  fold,
  isWritable,
  type Part,
  type Stage,
  shaderOf,
  shapeOf,
  wordText,
  writeThread,
} from "./stage.ts";
import { Declarations } from "./text.ts";
import type { Bound, Scene } from "./writer.ts";

/** A part as a function of where its buffers and its numbers are. */
interface WorkItem {
  /** The same for parts that differ in nothing else. */
  readonly text: string;
  readonly buffers: readonly Placed[];
  /** First vector of the part's numbers. */
  readonly numbers: number;
  readonly groups: number;
}

/**
 * A buffer of a part: the binding that reaches it, and its first element there; -1 where it is
 * bound alone.
 */
interface Placed {
  readonly declared: Declared;
  readonly first: number;
}

const GROUP = 64;

/**
 * The same work on many tensors: a shader has one function for it, and a table of where each tensor
 * lies in the few buffers that hold all. Its text and the time to compile it do not grow with their
 * number. In as few dispatches as can bind what they need.
 */
export function renderBatch(
  parts: readonly Part[],
  uniforms: Uniforms,
  maxWorkgroups: number,
  maxBindings: number,
): Stage[] {
  const declarations = new Declarations();
  const items = parts.map((part) => itemOf(part, uniforms, declarations));
  return chunks(items, maxBindings).map((chunk) =>
    together(chunk, declarations, uniforms, maxWorkgroups),
  );
}

function itemOf(part: Part, uniforms: Uniforms, declarations: Declarations): WorkItem {
  const { loops, kernel } = part;
  const accesses = accessesOf(loops, kernel.inputs);
  const slabs = new Map<number, boolean>();
  for (const access of accesses.values()) {
    const slab = placeOf(access, part)?.slab;
    if (slab === undefined) continue;
    const { wide } = shapeOf(access);
    // one slab has one type: vectors only where every tensor of the part goes by fours
    slabs.set(slab, wide && slabs.get(slab) !== false);
  }
  const own = new Uniforms(kernel.params);
  const buffers: Placed[] = [];
  const bound = new Map<string, Bound>();
  for (const [key, access] of accesses) {
    const place = placeOf(access, part);
    const single = place !== null && slabs.get(place.slab) === false;
    const { type, wide, atomic } = shapeOf(access, single);
    const bytes = type.includes("f16") ? 2 : 4;
    const per = wide ? 4 * bytes : bytes;
    const { buffer } = access;
    const number = buffers.length;
    let placed: Placed;
    if ("scratch" in buffer) {
      const declared = { name: "scratch", type, source: { scratch: 0 }, writable: true };
      placed = { declared, first: (part.scratches[buffer.scratch] as number) / per };
    } else {
      const source = "output" in buffer ? { output: buffer.output + part.firstOutput } : buffer;
      placed =
        place === null
          ? {
              declared: {
                name: "output" in source ? `out${source.output}` : key,
                type,
                source,
                writable: isWritable(access, kernel.inputs),
              },
              first: -1,
            }
          : {
              declared: { name: `slab${place.slab}`, type, source, slab: true, writable: true },
              first: place.offset / per,
            };
    }
    buffers.push(placed);
    const first = placed.first < 0 ? null : `first${number}`;
    bound.set(key, { name: placed.declared.name, wide, atomic, dtype: access.dtype, first });
  }
  const scene: Scene = {
    uniforms: own,
    declarations,
    word: (word) => `u[numbers + ${word >> 2}u].${"xyzw"[word & 3]}`,
    bound: (buffer) => bound.get(keyOf(buffer, kernel.inputs)) as Bound,
  };
  const size = sizeOfGroup(loops.grid) ?? GROUP;
  const text = writeThread(loops, scene, size);
  return { text, buffers, numbers: uniforms.append(own), groups: groupsOf(loops.grid, size) };
}

function placeOf({ buffer }: Accessed, { kernel }: Part) {
  if ("scratch" in buffer) return null;
  const place =
    "output" in buffer ? kernel.places?.[buffer.output] : kernel.inputs[buffer.input]?.place;
  return place ?? null;
}

/**
 * Items in order, in as few dispatches as can bind what they need: a buffer has one type in a
 * dispatch.
 */
function chunks(items: readonly WorkItem[], maxBindings: number): WorkItem[][] {
  const open: { items: WorkItem[]; types: Map<string, string> }[] = [];
  for (const item of items) {
    const place = open.find(({ types }) => {
      const all = new Map(types);
      for (const { declared } of item.buffers) {
        const { name, type } = declared;
        if ((all.get(name) ?? type) !== type) return false;
        all.set(name, type);
      }
      return all.size <= maxBindings;
    });
    const chunk = place ?? { items: [], types: new Map<string, string>() };
    if (place === undefined) open.push(chunk);
    chunk.items.push(item);
    for (const { declared } of item.buffers) chunk.types.set(declared.name, declared.type);
  }
  return open.map((chunk) => chunk.items);
}

/**
 * One dispatch: workgroups take turns by a table with a row a part: first workgroup, numbers, first
 * element of each buffer.
 */
function together(
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
    const { buffers } = alike[0] as WorkItem;
    const stride = Math.ceil((2 + buffers.length) / 4);
    const rows: number[] = [];
    for (const { groups, numbers, buffers: own } of alike) {
      const row = [before, numbers, ...own.map(({ first }) => Math.max(first, 0))];
      rows.push(...row, ...new Array<number>(4 * stride - row.length).fill(0));
      before += groups;
    }
    const table = uniforms.table([...rows, before, 0, 0, 0]);
    const kind = functions.length;
    const firsts = buffers.map(({ first }, i) =>
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
  const main = `${ROW_OF}\n${functions.join("\n")}\n${entry(GROUP, width, calls.join("\n"))}`;
  return { ...shaderOf([...declared.values()], declarations.texts, main), workgroups };
}

/** The last of a table's rows that begins with `turn` or less: turns are many where tensors are. */
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
