import type { Kernel } from "../device.ts";
import { partsOf, type Write, type Written } from "./bundle.ts";
import type { LoweringLimits } from "./lower.ts";
import { type BindingSource, type Declared, fold, type Stage, shaderOf } from "./shader.ts";
import { Words } from "./words.ts";

/** Where parts of the scratch buffer begin. */
const ALIGN = 256;

/** A stage of one part, as a function of where its buffers and its numbers are. */
interface Turn {
  /** The same for parts that differ in nothing else. */
  readonly text: string;
  readonly functions: readonly string[];
  readonly bindings: readonly Bound[];
  /** First vector of the part's numbers. */
  readonly numbers: number;
  readonly workgroups: number;
  readonly workgroup: number;
}

/** A buffer that a part works on, by the name it has in the shader, and its first element. */
interface Bound {
  readonly name: string;
  readonly type: string;
  readonly source: BindingSource;
  readonly slab: boolean;
  readonly writable: boolean;
  readonly first: number;
}

/**
 * The same work on many tensors: a shader has one function for it, and a table of where each tensor lies in the few buffers that hold all.
 * Its text and the time to compile it do not grow with their number.
 */
export function alikeStages(
  kernel: Kernel,
  words: Words,
  limits: LoweringLimits,
  write: Write,
): Written {
  let scratch = 0;
  const parts = partsOf(kernel).map(({ first, kernel: part }) => {
    let own = new Words(kernel.params);
    let one = write(part, own, limits);
    if (one.stages.some((stage) => bindsTwice(stage, part))) {
      own = new Words(kernel.params);
      one = write(part, own, { ...limits, single: true });
    }
    const scratches = one.scratch.map((bytes) => {
      const offset = scratch;
      scratch += Math.ceil(bytes / ALIGN) * ALIGN;
      return offset;
    });
    const numbers = words.append(own);
    const bound = (declared: Declared): Bound => boundOf(declared, part, first, scratches);
    return one.stages.map((stage) => turnOf(stage, bound, numbers));
  });
  const rounds = Math.max(...parts.map((turns) => turns.length));
  const stages = Array.from({ length: rounds }, (_, round) =>
    chunks(
      parts.flatMap((turns) => turns[round] ?? []),
      limits,
    ).map((turns) => together(turns, words, limits)),
  );
  return { stages: stages.flat(), scratch: scratch === 0 ? [] : [scratch] };
}

/** One slab is bound once: not as single elements for one tensor and as vectors for another. */
function bindsTwice({ parts }: Stage, { inputs, places }: Kernel): boolean {
  const types = new Map<number, string>();
  return (parts?.declared ?? []).some(({ source, type }) => {
    if ("scratch" in source) return false;
    const place = "output" in source ? places?.[source.output] : inputs[source.input]?.place;
    if (place == null) return false;
    const known = types.get(place.slab);
    types.set(place.slab, type);
    return known !== undefined && known !== type;
  });
}

function boundOf(
  { source, type, writable, name }: Declared,
  { inputs, places }: Kernel,
  firstOutput: number,
  scratches: readonly number[],
): Bound {
  if ("scratch" in source) {
    const first = (scratches[source.scratch] as number) / bytesOf(type);
    return { name: "scratch", type, source: { scratch: 0 }, slab: false, writable: true, first };
  }
  const from = "output" in source ? { output: source.output + firstOutput } : source;
  const place =
    ("output" in source ? places?.[source.output] : inputs[source.input]?.place) ?? null;
  if (place === null) {
    const own = "output" in from ? `out${from.output}` : name;
    return { name: own, type, source: from, slab: false, writable, first: -1 };
  }
  const first = place.offset / bytesOf(type);
  return { name: `slab${place.slab}`, type, source: from, slab: true, writable: true, first };
}

/** Bytes of an element of a buffer, by its type in WGSL. */
function bytesOf(type: string): number {
  const lanes = type.startsWith("vec4<") ? 4 : 1;
  return lanes * (type.includes("f16") ? 2 : 4);
}

function turnOf(
  { parts, workgroups }: Stage,
  boundOf: (declared: Declared) => Bound,
  numbers: number,
): Turn {
  if (parts === null) throw new Error("a part's shader is its author's own text");
  const bindings = parts.declared.map(boundOf);
  const numberOf = new Map(parts.declared.map(({ name }, i) => [name, i]));
  const text = parts.body
    .replace(/\bu\[(\d+)\]/g, "u[numbers + $1u]")
    .replace(/\b((?:in|out|scratch)\d*)\[/g, (whole, name: string) => {
      const i = numberOf.get(name);
      if (i === undefined) return whole;
      const { name: own, first } = bindings[i] as Bound;
      return first < 0 ? `${own}[` : `${own}[first${i} + `;
    });
  return {
    text,
    functions: parts.functions,
    bindings,
    numbers,
    workgroups: workgroups[0] * workgroups[1],
    workgroup: parts.workgroup,
  };
}

/** Turns in order, in as few dispatches as can bind what they need: a buffer has one type in a dispatch. */
function chunks(turns: readonly Turn[], { maxBindings }: LoweringLimits): Turn[][] {
  const open: { turns: Turn[]; types: Map<string, string> }[] = [];
  for (const turn of turns) {
    const place = open.find(({ turns: [first], types }) => {
      const fresh = turn.bindings.filter(({ name }) => !types.has(name));
      return (
        first?.workgroup === turn.workgroup &&
        types.size + new Set(fresh.map(({ name }) => name)).size <= maxBindings &&
        turn.bindings.every(({ name, type }) => (types.get(name) ?? type) === type)
      );
    });
    const chunk = place ?? { turns: [], types: new Map<string, string>() };
    if (place === undefined) open.push(chunk);
    chunk.turns.push(turn);
    for (const { name, type } of turn.bindings) chunk.types.set(name, type);
  }
  return open.map((chunk) => chunk.turns);
}

/** One dispatch: workgroups take turns by a table with a row a part: first workgroup, numbers, first element of each buffer. */
function together(turns: readonly Turn[], words: Words, limits: LoweringLimits): Stage {
  const declared = new Map<string, Declared>();
  const kinds = new Map<string, Turn[]>();
  for (const turn of turns) {
    for (const { name, type, source, slab, writable } of turn.bindings) {
      declared.set(name, { name, type, source, slab, writable });
    }
    kinds.set(turn.text, [...(kinds.get(turn.text) ?? []), turn]);
  }
  let before = 0;
  const functions: string[] = [];
  const calls: string[] = [];
  for (const [text, alike] of kinds) {
    const { bindings } = alike[0] as Turn;
    const stride = Math.ceil((2 + bindings.length) / 4);
    const rows: number[] = [];
    for (const { workgroups, numbers, bindings: own } of alike) {
      const row = [before, numbers, ...own.map(({ first }) => Math.max(first, 0))];
      rows.push(...row, ...new Array<number>(4 * stride - row.length).fill(0));
      before += workgroups;
    }
    const table = words.table([...rows, before, 0, 0, 0]);
    const kind = functions.length;
    const firsts = bindings.map(({ first }, i) =>
      first < 0 ? "" : `  let first${i} = u[row + ${(2 + i) >> 2}u].${"xyzw"[(2 + i) & 3]};\n`,
    );
    functions.push(`fn work${kind}(group: vec3<u32>, local: u32, row: u32) {
  let numbers = u[row].y;
${firsts.join("")}${text}
}`);
    calls.push(`  if (turn >= u[${table}].x && turn < u[${table + alike.length * stride}].x) {
    let row = ${rowOf(table, alike.length, stride)};
    work${kind}(vec3<u32>(turn - u[row].x, 0u, 0u), local, row);
    return;
  }`);
  }
  const { workgroup } = turns[0] as Turn;
  const workgroups = fold(before, limits);
  const main = `${ROW_OF}
${functions.join("\n")}
@compute @workgroup_size(${workgroup}) fn main(
  @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let turn = group.y * ${words.number(workgroups[0])} + group.x;
${calls.join("\n")}
}
`;
  const called = new Set(turns.flatMap((turn) => turn.functions));
  return { ...shaderOf([...declared.values()], [...called], main), workgroups, parts: null };
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
