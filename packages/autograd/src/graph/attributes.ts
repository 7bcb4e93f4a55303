import type { Shape } from "../shape.ts";

declare const packed: unique symbol;

/**
 * The static arguments of a node, packed into numbers for the plan's key. Each family has functions
 * that pack and read its own.
 */
export interface Attributes {
  readonly [packed]: true;
}

const pack = (numbers: readonly number[]): Attributes => numbers as unknown as Attributes;

/** The packed numbers, for the plan's key. Nothing else may depend on their order. */
export const numbersOf = (attrs: Attributes): readonly number[] =>
  attrs as unknown as readonly number[];

const first = (attrs: Attributes): number => numbersOf(attrs)[0] as number;

export const noAttributes: Attributes = pack([]);

/** Reduce: the number of last dimensions to combine, then the op's own numbers. */
export const reduceAttributes = (dims: number, own: readonly number[] = []): Attributes =>
  pack([dims, ...own]);
/** The number of last dimensions that a reduction combines. */
export const reducedDims: (attrs: Attributes) => number = first;
/** A reduction's own numbers. */
export const ownOfReduce = (attrs: Attributes): readonly number[] => numbersOf(attrs).slice(1);

/** The numbers of batch, m, n and k dimensions of a product. */
export type Ranks = readonly [batch: number, m: number, n: number, k: number];

/** Contract: ranks, then the op's own numbers. */
export const contractAttributes = (ranks: Ranks, own: readonly number[] = []): Attributes =>
  pack([...ranks, ...own]);
/** The ranks of a product. */
export const ranksOf = (attrs: Attributes): Ranks => numbersOf(attrs).slice(0, 4) as never;
/** A product's own numbers. */
export const ownOfContract = (attrs: Attributes): readonly number[] => numbersOf(attrs).slice(4);

/** Assemble: whether it starts with operand 0, and the strides of each part in the output. */
export const assembleAttributes = (
  onto: boolean,
  strides: readonly (readonly number[])[],
): Attributes => pack([Number(onto), ...strides.flat()]);
/** Whether an assemble starts with operand 0 instead of zeros. */
export const isOnto = (attrs: Attributes): boolean => first(attrs) === 1;

/** The strides of each part, given the parts' shapes. */
export function partStrides(attrs: Attributes, parts: readonly Shape[]): number[][] {
  let at = 1;
  return parts.map((shape) => {
    const strides = numbersOf(attrs).slice(at, at + shape.length);
    at += shape.length;
    return strides;
  });
}

/** Gather and scatter: the indexed dimension. */
export const alongDim = (dim: number): Attributes => pack([dim]);
/** The indexed dimension of a gather or scatter. */
export const dimOf: (attrs: Attributes) => number = first;

/** Sort: whether it is descending. */
export const sortAttributes = (descending: boolean): Attributes => pack([Number(descending)]);
export const isDescending = (attrs: Attributes): boolean => first(attrs) === 1;

/** Attributes of attention. The offsets of `places` are scalars after the scale. */
export interface AttentionForm {
  /** Query i sees keys 0 … i only. */
  readonly causal: boolean;
  /**
   * Trailing batch dimensions over which keys and values repeat; their gradients sum over these.
   */
  readonly repeats: number;
  /** Strides of the output; or of the gradients of query, key and value, null if not wanted. */
  readonly places: readonly (readonly number[] | null)[];
}

export const formAttrs = ({ causal, repeats, places }: AttentionForm): Attributes =>
  pack([
    Number(causal),
    repeats,
    ...places.flatMap((strides) => (strides === null ? [0] : [strides.length, ...strides])),
  ]);

/** Reads the attributes of an attention. */
export function formOf(attrs: Attributes): AttentionForm {
  const [causal, repeats, ...rest] = numbersOf(attrs) as [number, number, ...number[]];
  const places: (readonly number[] | null)[] = [];
  for (let at = 0; at < rest.length; ) {
    const rank = rest[at++] as number;
    places.push(rank === 0 ? null : rest.slice(at, at + rank));
    at += rank;
  }
  return { causal: causal === 1, repeats, places };
}

/** Attributes of a custom kernel. Starts and sizes count elements. */
export interface CustomSizes {
  readonly groups: number;
  /** Values of the meaning's `sizes`. */
  readonly sizes: readonly number[];
  readonly outputs: readonly { readonly start: number; readonly size: number }[];
  readonly scratch: readonly number[];
}

export const customAttributes = ({ groups, sizes, outputs, scratch }: CustomSizes): Attributes =>
  pack([groups, ...sizes, ...outputs.flatMap(({ start, size }) => [start, size]), ...scratch]);

/** The sizes of a call of a custom op, given the names of its sizes and outputs. */
export function customSizes(
  attrs: Attributes,
  names: { readonly sizes: readonly string[]; readonly outputs: readonly string[] },
): CustomSizes {
  const [groups, ...rest] = numbersOf(attrs) as [number, ...number[]];
  const sizes = rest.splice(0, names.sizes.length);
  const outputs = names.outputs.map(() => {
    const [start, size] = rest.splice(0, 2) as [number, number];
    return { start, size };
  });
  return { groups, sizes, outputs, scratch: rest };
}
