import type { WgslValue } from "../../../kernel/wgsl.ts";
import type { KernelOperand, KernelStep } from "../../device.ts";
import { range } from "../contract/block.ts";
import { shapeOf, stridesOf } from "../lines.ts";
import { Walks } from "../position.ts";
import { fold, type Shader, type ShaderLimits, type Stage } from "../shader.ts";
import type { Tiling } from "./forms.ts";

/** One operand's matrix in a plane of the batch: where it begins, and how far apart its rows and columns are. */
export interface Matrix {
  readonly operand: KernelOperand;
  readonly start: string;
  readonly row: string;
  readonly column: string;
  readonly width: number;
}

/** Matrices of these operands in one plane. */
export function matricesOf(
  { text, words }: Shader,
  operands: readonly KernelOperand[],
  plane: WgslValue,
): Matrix[] {
  const strides = operands.map(stridesOf);
  const batch = shapeOf(operands[0] as KernelOperand).slice(0, -2);
  const walks = new Walks(words, batch, strides, true).at(plane, text);
  return operands.map((operand, i) => {
    const offset = operand.view === null ? words.number(0) : words.parameter(operand.offset);
    const [row, column] = (strides[i] as readonly number[]).slice(-2) as [number, number];
    return {
      operand,
      start: text.let([offset, ...(walks[i]?.terms ?? [])].join(" + "), 1, "start").text,
      row: words.number(row),
      column: words.number(column),
      width: shapeOf(operand).at(-1) as number,
    };
  });
}

/** A thread's rows: which plane, which rows of it, and how many there are. */
export interface Own {
  readonly plane: WgslValue;
  /** The first row of this thread. */
  readonly top: string;
  /** Row numbers of each group, in its lanes; some may lie past the end. */
  readonly rows: readonly WgslValue[];
  /** The first row and the one after the last, of all threads that go the same way. */
  readonly first: string;
  readonly end: string;
  /** How many rows there are, as text. */
  readonly count: string;
}

/** Gives every thread its rows. With shared memory all threads of a workgroup go through `body` together. */
export function ownRows(
  shader: Shader,
  tiling: Tiling,
  limits: ShaderLimits,
  planes: number,
  count: number,
  body: (own: Own) => void,
): Stage {
  const { text, words } = shader;
  const { lanes, groups, threads, shared } = tiling;
  const each = lanes * groups;
  const together = shared ? each * threads : each;
  const blocks = Math.ceil(count / together);
  const open = (turn: string): void => {
    const total = words.number(count);
    const size = words.number(blocks);
    const plane = text.let(`${turn} / ${size}`, 1, "plane");
    const first = text.let(`(${turn} - ${plane.text} * ${size}) * ${together}u`, 1, "first").text;
    const top = shared ? text.let(`${first} + local * ${each}u`, 1, "top").text : first;
    const end = text.let(`min(${first} + ${together}u, ${total})`, 1, "end").text;
    const rows = range(groups).map((g) =>
      lanes === 1
        ? text.let(`${top} + ${g}u`, 1, "row")
        : text.let(`${top} + ${4 * g}u + vec4<u32>(0u, 1u, 2u, 3u)`, 4, "row"),
    );
    body({ plane, top, rows, first, end, count: total });
  };
  if (!shared) {
    const own = { ...limits, workgroup: threads };
    return shader.perThread(planes * blocks, own, () => open("thread"));
  }
  const workgroups = fold(planes * blocks, limits);
  const turn = text.let(`group.y * ${words.number(workgroups[0])} + group.x`, 1, "turn").text;
  text.line(`if (${turn} >= ${words.number(planes * blocks)}) { return; }`);
  open(turn);
  return shader.stage(workgroups, threads);
}

/** Rows that a thread reads column by column: of one group in the lanes of a vector, or single ones. */
export interface Rows {
  /** To be called before a loop over columns: where its lines begin. */
  read(line: number, column: string): WgslValue;
  readonly width: number;
}

/** The thread's own rows of a matrix; past the end the last one is read again. */
export function ownOf(shader: Shader, matrix: Matrix, { rows, count }: Own): Rows {
  const { text } = shader;
  const starts = rows.map(({ text: row, lanes }) => {
    const last = lanes === 1 ? `${count} - 1u` : `vec4<u32>(${count} - 1u)`;
    return text.let(`${matrix.start} + min(${row}, ${last}) * ${matrix.row}`, lanes, "line");
  });
  const read = (group: number, column: string): WgslValue => {
    const { text: start, lanes } = starts[group] as WgslValue;
    const at = text.once(`${matrix.start}:${column}`, () =>
      text.let(`${column} * ${matrix.column}`, 1, "at"),
    );
    return shader.element(matrix.operand, text.let(`${start} + ${at.text}`, lanes, "i"));
  };
  return { read, width: matrix.width };
}

/** The `met` rows from `from` on of each matrix, which the whole workgroup reads together where it shares memory. */
export function metRows(
  shader: Shader,
  tiling: Tiling,
  matrices: readonly Matrix[],
  from: string,
  count: string,
): Rows[] {
  const { text } = shader;
  if (tiling.shared) text.line("workgroupBarrier();"); // others may still read what was brought before
  const rows = matrices.map((matrix) => metOf(shader, tiling, matrix, from, count));
  if (tiling.shared) text.line("workgroupBarrier();");
  return rows;
}

function metOf(
  shader: Shader,
  { met, threads, shared }: Tiling,
  matrix: Matrix,
  from: string,
  count: string,
): Rows {
  const { text } = shader;
  const { operand, start, row, column, width } = matrix;
  const lineAt = (line: string): WgslValue =>
    text.let(`${start} + min(${from} + ${line}, ${count} - 1u) * ${row}`, 1, "line");
  if (!shared) {
    const starts = range(met).map((m) => lineAt(`${m}u`));
    const read = (line: number, at: string): WgslValue => {
      const along = text.once(`${start}:${at}`, () => text.let(`${at} * ${column}`, 1, "at"));
      const index = text.let(`${starts[line]?.text} + ${along.text}`, 1, "i");
      return shader.element(operand, index);
    };
    return { read, width };
  }
  const memory = text.name("tile");
  text.declare(`var<workgroup> ${memory}: array<f32, ${met * width}>;`);
  text.block(`for (var n = local; n < ${met * width}u; n += ${threads}u)`, () => {
    const line = lineAt(`n / ${width}u`);
    const index = text.let(`${line.text} + (n % ${width}u) * ${column}`, 1, "i");
    text.line(`${memory}[n] = ${shader.element(operand, index).text};`);
  });
  const read = (line: number, at: string): WgslValue =>
    text.let(`${memory}[${line * width}u + ${at}]`, 1, "y");
  return { read, width };
}

/** Σ over columns of the own rows times those met: a variable for each group and line. */
export function products(
  { text }: Shader,
  { lanes, groups, met }: Tiling,
  own: Rows,
  other: Rows,
): string[][] {
  const type = lanes === 1 ? "f32" : "vec4<f32>";
  const sums = range(groups).map(() => range(met).map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${type}(0.0);`);
  text.block(`for (var e = 0u; e < ${own.width}u; e++)`, () => {
    const x = range(groups).map((g) => own.read(g, "e").text);
    const y = range(met).map((m) => other.read(m, "e").text);
    for (const g of range(groups)) {
      for (const m of range(met)) text.line(`${sums[g]?.[m]} += ${x[g]} * ${y[m]};`);
    }
  });
  return sums;
}

/** Values of each group and line in an array, so that a loop can go over the lines: what is done with them is written once. */
export class Lines {
  readonly #shader: Shader;
  readonly #names: readonly string[];
  readonly #met: number;

  constructor(shader: Shader, { lanes }: Tiling, values: readonly (readonly string[])[]) {
    const { text } = shader;
    this.#shader = shader;
    this.#met = values[0]?.length ?? 0;
    this.#names = values.map((ofGroup) => {
      const name = text.name("lines");
      text.line(
        `var ${name}: array<${lanes === 1 ? "f32" : "vec4<f32>"}, ${this.#met}> = array(${ofGroup.join(", ")});`,
      );
      return name;
    });
  }

  /** A loop whose body is given the number of the line. */
  each(body: (line: string) => void): void {
    const { text } = this.#shader;
    const line = text.name("m");
    text.block(`for (var ${line} = 0u; ${line} < ${this.#met}u; ${line}++)`, () => body(line));
  }

  at(group: number, line: string): string {
    return `${this.#names[group]}[${line}]`;
  }

  /** All of them, named one by one. */
  values(): string[][] {
    const { text } = this.#shader;
    return this.#names.map((_, g) =>
      range(this.#met).map((m) => text.let(this.at(g, `${m}u`), 1, "w").text),
    );
  }
}

/** A value of every group, in an array of its own. */
export class Each {
  readonly #name: string;

  constructor({ text }: Shader, { lanes, groups }: Tiling, start: string) {
    this.#name = text.name("each");
    text.line(`var ${this.#name}: array<${lanes === 1 ? "f32" : "vec4<f32>"}, ${groups}>;`);
    for (const g of range(groups)) text.line(`${this.at(g)} = ${start};`);
  }

  at(group: number | string): string {
    return `${this.#name}[${group}]`;
  }
}

/** Goes over the thread's rows, in whose planes they lie: `group` and `lane` (an access) are text that finds a row's values. */
export function eachRow(
  { text }: Shader,
  { lanes, groups }: Tiling,
  { top, count }: Own,
  body: (row: string, group: string, lane: string) => void,
): void {
  text.block(`for (var r = 0u; r < ${lanes * groups}u; r++)`, () => {
    const row = text.let(`${top} + r`, 1, "row").text;
    text.block(`if (${row} < ${count})`, () => {
      if (lanes === 1) body(row, "r", "");
      else body(row, text.let("r / 4u", 1, "g").text, "[r % 4u]");
    });
  });
}

/** Sums that a thread keeps for each of its rows and every column. */
export class Kept {
  readonly #shader: Shader;
  readonly #tiling: Tiling;
  readonly #name: string;
  readonly #width: number;

  constructor(shader: Shader, tiling: Tiling, width: number) {
    const { text } = shader;
    this.#shader = shader;
    this.#tiling = tiling;
    this.#width = width;
    this.#name = text.name("kept");
    const type = tiling.lanes === 1 ? "f32" : "vec4<f32>";
    text.line(`var ${this.#name}: array<${type}, ${width * tiling.groups}>;`);
  }

  /** Adds the rows that are met, each times its weight; what was there is first multiplied by `decay`. */
  add(weights: readonly (readonly string[])[], rows: Rows, decay: readonly string[] | null): void {
    const { text } = this.#shader;
    const { groups, met } = this.#tiling;
    text.block(`for (var d = 0u; d < ${this.#width}u; d++)`, () => {
      const y = range(met).map((m) => rows.read(m, "d").text);
      for (const g of range(groups)) {
        const place = this.#place(`${g}u`, "d");
        const before = decay === null ? place : `${place} * ${decay[g]}`;
        const terms = range(met).map((m) => `${weights[g]?.[m]} * ${y[m]}`);
        text.line(`${place} = ${[before, ...terms].join(" + ")};`);
      }
    });
  }

  #place(group: string, column: string): string {
    const { groups } = this.#tiling;
    return `${this.#name}[${groups === 1 ? column : `${column} * ${groups}u + ${group}`}]`;
  }

  /** Puts the sums, times what `factor` says for a row's group and lane, into the result. */
  store(
    step: KernelStep,
    own: Own,
    { strides, batch, offset }: Target,
    factor: (group: string, lane: string) => string,
  ): void {
    const shader = this.#shader;
    const { text, words } = shader;
    const [across, along] = strides.slice(-2).map((stride) => words.number(stride)) as [
      string,
      string,
    ];
    const planes = strides.slice(0, batch.length);
    const [walk] = new Walks(words, batch, [planes], true).at(own.plane, text);
    const start = text.let([offset, ...(walk?.terms ?? [])].join(" + "), 1, "to").text;
    const out = shader.output(false);
    eachRow(shader, this.#tiling, own, (row, group, lane) => {
      const line = text.let(`${start} + ${row} * ${across}`, 1, "to").text;
      const by = text.let(factor(group, lane), 1, "by").text;
      text.block(`for (var d = 0u; d < ${this.#width}u; d++)`, () => {
        const value = text.let(`${this.#place(group, "d")}${lane} * ${by}`, 1);
        text.line(`${out}[${line} + d * ${along}] = ${stored(shader, step, value)};`);
      });
    });
  }
}

/** Where a result goes: its strides over [batch…, rows, columns] and its first element. */
export interface Target {
  readonly strides: readonly number[];
  readonly batch: readonly number[];
  readonly offset: string;
}

function stored(shader: Shader, { dtype }: KernelStep, value: WgslValue): string {
  if (dtype !== "f16") return value.text;
  return shader.stored(shader.text.call("half_f32", [value]), dtype);
}
