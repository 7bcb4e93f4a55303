import { rounded, type WgslValue } from "../../../kernel/wgsl.ts";
import { sizeOf } from "../../../shape.ts";
import type { KernelStep } from "../../device.ts";
import type { Shader } from "../shader.ts";
import { type Block, range } from "./block.ts";
import type { Product } from "./product.ts";

/** What a thread has made: a tile of sums whose rows and columns are a workgroup apart. */
export interface Tile {
  /** Its first row and column. */
  readonly top: WgslValue;
  readonly left: WgslValue;
  /** Rows and columns from one of its elements to the next. */
  readonly apart: readonly [rows: number, columns: number];
  readonly sums: readonly (readonly string[])[];
}

/** The type that sums are carried along in. */
export const sumType = ({ dtype }: KernelStep): string =>
  dtype === "f16" ? "f32" : dtype === "bool" || dtype === "u8" ? "u32" : dtype;

/** Puts the sums into the output (into scratch, of parts of k), with the elementwise work that follows them. */
export function storeTile(
  shader: Shader,
  step: KernelStep,
  product: Product,
  { planes }: Block,
  tile: Tile,
): void {
  const { text, words } = shader;
  const { top, left, apart, sums } = tile;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  const [rowCount, columnCount] = [words.number(m), words.number(n)];
  const origin = text.let(`${planes.text} * ${words.number(m * n)}`, 1, "o");
  const { length: tileM } = sums;
  const tileN = sums[0]?.length ?? 0;
  const partial = product.parts > 1;
  /** Where a row's outputs begin, and how far a column is from there. */
  const line = (row: string) =>
    `${origin.text} + ${row}${product.turned ? "" : ` * ${columnCount}`}`;
  const along = (column: string) => (product.turned ? `(${column}) * ${rowCount}` : column);
  if (!partial && shader.kernel.steps.at(-1) !== step) {
    // what follows is written once, in a loop over the tile, and not for each of its elements
    text.line(`var results: array<${sumType(step)}, ${tileM * tileN}>;`);
    for (const i of range(tileM)) {
      for (const j of range(tileN)) text.line(`results[${i * tileN + j}] = ${sums[i]?.[j]};`);
    }
    text.block(`for (var e = 0u; e < ${tileM * tileN}u; e++)`, () => {
      const row = text.let(`${top.text} + (e / ${tileN}u) * ${apart[0]}u`, 1, "row");
      const column = text.let(`${left.text} + (e % ${tileN}u) * ${apart[1]}u`, 1, "column");
      text.block(`if (${row.text} < ${rowCount} && ${column.text} < ${columnCount})`, () => {
        const index = text.let(`${line(row.text)} + ${along(column.text)}`, 1, "o");
        shader.storeOne(step, text.let("results[e]", 1), index);
      });
    });
    return;
  }
  const out = partial ? shader.bind({ scratch: 0 }, sumType(step), true) : shader.output(false);
  for (const i of range(tileM)) {
    const row = text.let(`${top.text} + ${i * apart[0]}u`, 1, "row");
    text.block(`if (${row.text} < ${rowCount})`, () => {
      const start = text.let(line(row.text), 1, "o");
      for (const j of range(tileN)) {
        const column = `${left.text} + ${j * apart[1]}u`;
        const store = (value: string) => `${out}[${start.text} + ${along(column)}] = ${value};`;
        const sum = sums[i]?.[j] as string;
        if (partial || step.dtype !== "f16") {
          text.line(`if (${column} < ${columnCount}) { ${store(sum)} }`);
          continue;
        }
        text.block(`if (${column} < ${columnCount})`, () => {
          const half = rounded({ text: sum, lanes: 1 }, "f16", text);
          text.line(store(shader.stored(half.text, "f16")));
        });
      }
    });
  }
}
