import { contractAttributes, type Ranks, ranksOf } from "../../graph/attributes.ts";
import { eachOther, type Op, registerOp } from "../../graph/op.ts";
import { expandView, type View } from "../../graph/view.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { cast, constant } from "../core/constant.ts";
import { permute, reshape } from "../core/layout.ts";
import { unmoved } from "../shape/broadcast.ts";

const contractOp: Op = registerOp({
  name: "contract",
  meaning: { kind: "contract" },
  scalarTypes: [],
  saves: eachOther,
  gradient: (dy, [left, right], { needs, shapes, attrs, strides }) => {
    const [nb, nm, nn, nk] = ranksOf(attrs);
    const [a, b] = shapes as readonly [Shape, Shape];
    const [batch, m, n, k] = [
      span(0, nb),
      span(nb, nm),
      span(nb + nm, nn),
      span(nb, nk), // the positions of k in b
    ];
    // The gradient of an operand that was repeated over a batch dimension is summed over it.
    const [batchA, sharedA] = partition(batch, (d) => a[d] === dy.shape[d]);
    const [batchB, sharedB] = partition(batch, (d) => b[d] === dy.shape[d]);
    const ofA = () => {
      const shared = [...sharedA, ...n];
      const nOfB = [...sharedA, ...span(nb + nk, nn)];
      const ranks = [batchA.length, nm, nk, shared.length] as const;
      const outer = [dy, batchA, m, shared] as const;
      const inner = [right as Tensor, batchA, k, nOfB] as const;
      return reshape(productLike(strides(0), nb, nm, outer, inner, ranks), a);
    };
    const ofB = () => {
      const shared = [...sharedB, ...m];
      const kOfA = span(nb + nm, nk);
      const ranks = [batchB.length, nk, nn, shared.length] as const;
      const outer = [left as Tensor, batchB, kOfA, shared] as const;
      const inner = [dy, batchB, n, shared] as const;
      return reshape(productLike(strides(1), nb, nk, outer, inner, ranks), b);
    };
    return [needs[0] === true && ofA(), needs[1] === true && ofB()];
  },
});

/** An operand of a gradient's product: the tensor, and its batch, own and summed dimensions. */
type Factor = readonly [
  x: Tensor,
  batch: readonly number[],
  own: readonly number[],
  shared: readonly number[],
];

/**
 * The product of two factors over their shared dimensions, in the memory layout of an operand with
 * these strides (whose `first` dimensions follow the batch). So the gradient of a transposed weight
 * has the weight's own layout and needs no copy.
 */
function productLike(
  strides: readonly number[],
  batch: number,
  first: number,
  outer: Factor,
  inner: Factor,
  [nb, nm, nn, nk]: Ranks,
): Tensor {
  const rows = strides[batch + first - 1] ?? 0;
  const columns = strides.at(-1) ?? 0;
  const leading = ([x, b, own, shared]: Factor): Tensor => permute(x, [...b, ...own, ...shared]);
  const trailing = ([x, b, own, shared]: Factor): Tensor => permute(x, [...b, ...shared, ...own]);
  if (rows >= columns || first === 0)
    return contract(leading(outer), trailing(inner), [nb, nm, nn, nk]);
  const turned = contract(leading(inner), trailing(outer), [nb, nn, nm, nk]);
  return permute(turned, [...span(0, nb), ...span(nb + nn, nm), ...span(nb, nn)]);
}

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…]. Sizes agree, or a batch size is 1
 * in
 * one operand. Strided operands are not copied.
 */
export function contract(a: Tensor, b: Tensor, ranks: Ranks): Tensor {
  if (a.dtype === "u8") return byWords(a, b, (p, q) => contract(p, q, ranks));
  const [nb, nm, , nk] = ranks;
  const batch = a.shape.slice(0, nb).map((n, d) => (n === 1 ? (b.shape[d] as number) : n));
  const shape = [...batch, ...a.shape.slice(nb, nb + nm), ...b.shape.slice(nb + nk)];
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) {
    return unmoved(constant(0, a.dtype, shape, a.node.stream), [a, b]);
  }
  const overBatch = (view: View): View => expandView(view, [...batch, ...view.shape.slice(nb)]);
  const reads = [overBatch, overBatch];
  return record(
    contractOp,
    [a, b],
    shape,
    a.dtype,
    contractAttributes(ranks),
    [],
    a.node.stream,
    reads,
  );
}

/**
 * Computes a product of u8 in i32, because devices that store four bytes a word have no u8 kernel.
 * Both wrap around in the same way.
 */
export const byWords = (a: Tensor, b: Tensor, product: (a: Tensor, b: Tensor) => Tensor): Tensor =>
  cast(product(cast(a, "i32"), cast(b, "i32")), "u8");

const span = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

function partition(
  dims: readonly number[],
  belongs: (dim: number) => boolean,
): [belonging: number[], others: number[]] {
  return [dims.filter(belongs), dims.filter((d) => !belongs(d))];
}
