import type { WgslValue } from "../../../kernel/wgsl.ts";
import { sizeOf } from "../../../shape.ts";
import { Walks } from "../position.ts";
import { fold, type Shader, type ShaderLimits } from "../shader.ts";
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

/** Where the planes of both factors begin, less their offsets. */
export function planesOf(
  { text, words }: Shader,
  { batch, a, b }: Product,
  { plane }: Block,
): Planes {
  const [ofA, ofB] = new Walks(words, batch, [a.batch, b.batch], true).at(plane, text);
  return { a: ofA?.terms ?? [], b: ofB?.terms ?? [] };
}

export type Planes = Readonly<Record<"a" | "b", readonly string[]>>;

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
  { operand, own }: Factor,
  dims: readonly number[],
  plane: readonly string[],
  lines: readonly string[],
): WgslValue[] {
  const offset = operand.view === null ? words.number(0) : words.parameter(operand.offset);
  const start = text.let([offset, ...plane].join(" + "), 1, "start");
  const last = words.number(sizeOf(dims) - 1);
  const walk = new Walks(words, dims, [own], true);
  return lines.map((line) => {
    const at = text.let(`min(${line}, ${last})`, 1, "at");
    const [sum] = walk.at(at, text);
    return text.let([start.text, ...(sum?.terms ?? [])].join(" + "), 1, "start");
  });
}

/** The element of a factor on a line, at an index along k. */
export function element(
  shader: Shader,
  { operand }: Factor,
  line: WgslValue,
  along: readonly string[],
): WgslValue {
  const index = [line.text, ...along].join(" + ");
  return shader.element(operand, shader.text.let(index, 1, "i"));
}
