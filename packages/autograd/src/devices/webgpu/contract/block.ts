import type { WgslValue } from "../../../kernel/wgsl.ts";
import { sizeOf } from "../../../shape.ts";
import { Walks } from "../position.ts";
import { fold, type Shader, type ShaderLimits } from "../shader.ts";
import { bounded } from "../walk.ts";
import type { Factor, Product } from "./product.ts";

/** Which outputs a workgroup makes. */
export interface Block {
  readonly workgroups: readonly [number, number];
  /** The block's rows and columns, counted in blocks. */
  readonly row: WgslValue;
  readonly column: WgslValue;
  /** Where its outputs begin, in planes: that of the batch, and of the part of k. */
  readonly planes: WgslValue;
  /** The plane of the batch. */
  readonly plane: WgslValue;
  /** The part of k; null where k is whole. */
  readonly slice: WgslValue | null;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Finds the workgroup's block: the part of k, then the plane of the batch, the rows, the columns. */
export function openBlock(shader: Shader, product: Product, limits: ShaderLimits): Block {
  const { text, words } = shader;
  const { blocksM, blocksN, parts } = product;
  const batch = sizeOf(product.batch);
  const blocks = blocksM * blocksN * batch * parts;
  const workgroups = fold(blocks, limits);
  const block = text.let(`group.y * ${words.number(workgroups[0])} + group.x`, 1, "block");
  text.line(`if (${block.text} >= ${words.number(blocks)}) { return; }`);
  const digit = (value: WgslValue, base: number, name: string) => {
    const size = words.number(base);
    const quotient = text.let(`${value.text} / ${size}`, 1, "q");
    return [quotient, text.let(`${value.text} - ${quotient.text} * ${size}`, 1, name)] as const;
  };
  const [upper, column] = digit(block, blocksN, "column");
  const [planes, row] = digit(upper, blocksM, "row");
  const [slice, plane] = parts === 1 ? [null, planes] : digit(planes, batch, "plane");
  return { workgroups, row, column, planes, plane, slice };
}

/** Where the planes of both factors begin, less their starts: of the index, then of each bound's coordinate. */
export function planesOf(
  { text, words }: Shader,
  { batch, a, b }: Product,
  { plane }: Block,
): Planes {
  const walks = [a, ...a.bounds, b, ...b.bounds].map((strides) => strides.batch);
  const terms = new Walks(words, batch, walks, true).at(plane, text).map((sum) => sum.terms);
  const [ofA, ofB] = ofEach(terms, a);
  return { a: ofA, b: ofB };
}

export type Planes = Readonly<Record<"a" | "b", readonly (readonly string[])[]>>;

/** What walks of both factors came to, the first's and the second's. */
export const ofEach = <T>(walked: readonly T[], { bounds }: Factor): readonly [T[], T[]] => [
  walked.slice(0, 1 + bounds.length),
  walked.slice(1 + bounds.length),
];

/** Both factors' walks along k. */
export const alongK = ({ words }: Shader, { a, b, k }: Product): Walks =>
  new Walks(
    words,
    k,
    [a, ...a.bounds, b, ...b.bounds].map((strides) => strides.k),
    true,
  );

/** Where a line of a factor begins: its index, and the coordinates of its bounds. */
export type Line = readonly WgslValue[];

/** The k's that the workgroup goes over. */
export function partOf(
  { text, words }: Shader,
  product: Product,
  { slice }: Block,
): readonly [from: string, to: string] {
  const whole = words.number(sizeOf(product.k));
  if (slice === null) return ["0u", whole];
  const size = words.number(product.part);
  const { text: from } = text.let(`${slice.text} * ${size}`, 1, "from");
  return [from, text.let(`min(${from} + ${size}, ${whole})`, 1, "to").text];
}

/** Where the lines of a factor begin (its rows, or its columns); past the edge the last one is read again. */
export function linesOf(
  { text, words }: Shader,
  { walk, own, bounds }: Factor,
  dims: readonly number[],
  planes: readonly (readonly string[])[],
  lines: readonly string[],
): Line[] {
  const starts = [walk, ...walk.bounds].map((one, i) =>
    text.let([one.start(words), ...(planes[i] ?? [])].join(" + "), 1, "start"),
  );
  const last = words.number(sizeOf(dims) - 1);
  const along = new Walks(words, dims, [own, ...bounds.map((bound) => bound.own)], true);
  return lines.map((line) => {
    const at = text.let(`min(${line}, ${last})`, 1, "at");
    const sums = along.at(at, text);
    return starts.map((start, i) =>
      text.let([start.text, ...(sums[i]?.terms ?? [])].join(" + "), 1, "start"),
    );
  });
}

/** The element of a factor on a line, at an index (and at coordinates) along k. */
export function element(
  shader: Shader,
  { walk }: Factor,
  line: Line,
  along: readonly (readonly string[])[],
): WgslValue {
  const [index, ...coordinates] = line.map((start, i) =>
    shader.text.let([start.text, ...(along[i] ?? [])].join(" + "), 1, "i"),
  ) as [WgslValue, ...WgslValue[]];
  return bounded(shader, walk, index, coordinates);
}
