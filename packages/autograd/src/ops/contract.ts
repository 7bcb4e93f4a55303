import { type Op, registerOp } from "../graph/op.ts";
import { expandView, type View } from "../graph/view.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { record } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { unmoved } from "./broadcast.ts";
import { constant } from "./constant.ts";
import { permute, reshape } from "./layout.ts";

/** Numbers of batch, m, n and k dimensions of a product. */
export type Ranks = readonly [batch: number, m: number, n: number, k: number];

const contractOp: Op = registerOp({
  name: "contract",
  meaning: { kind: "contract" },
  scalarTypes: [],
  saves: [0, 1],
  gradient: (dy, [left, right], { needs, shapes, attrs }) => {
    const [nb, nm, nn, nk] = attrs as unknown as Ranks;
    const [a, b] = shapes as readonly [Shape, Shape];
    const [batch, m, n, k] = [
      span(0, nb),
      span(nb, nm),
      span(nb + nm, nn),
      span(nb, nk), // as b has them
    ];
    // a batch that an operand was repeated over is summed over in its gradient
    const [batchA, sharedA] = partition(batch, (d) => a[d] === dy.shape[d]);
    const [batchB, sharedB] = partition(batch, (d) => b[d] === dy.shape[d]);
    const ofA = () => {
      const x = permute(dy, [...batchA, ...m, ...sharedA, ...n]);
      const y = permute(right as Tensor, [...batchA, ...sharedA, ...span(nb + nk, nn), ...k]);
      return reshape(contract(x, y, [batchA.length, nm, nk, sharedA.length + nn]), a);
    };
    const ofB = () => {
      const x = permute(left as Tensor, [...batchB, ...span(nb + nm, nk), ...sharedB, ...m]);
      const y = permute(dy, [...batchB, ...sharedB, ...m, ...n]);
      return reshape(contract(x, y, [batchB.length, nk, nn, sharedB.length + nm]), b);
    };
    return [needs[0] === true && ofA(), needs[1] === true && ofB()];
  },
});

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…]. Sizes agree, but that a batch size may be 1 in one of
 * them. No copy is made of either, whatever their strides.
 */
export function contract(a: Tensor, b: Tensor, ranks: Ranks): Tensor {
  const [nb, nm, , nk] = ranks;
  const batch = a.shape.slice(0, nb).map((n, d) => (n === 1 ? (b.shape[d] as number) : n));
  const shape = [...batch, ...a.shape.slice(nb, nb + nm), ...b.shape.slice(nb + nk)];
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) {
    return unmoved(constant(0, a.dtype, shape, a.node.stream), [a, b]);
  }
  const overBatch = (view: View): View => expandView(view, [...batch, ...view.shape.slice(nb)]);
  const reads = [overBatch, overBatch];
  return record(contractOp, [a, b], shape, a.dtype, ranks, [], a.node.stream, reads);
}

const span = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

function partition(
  dims: readonly number[],
  belongs: (dim: number) => boolean,
): [belonging: number[], others: number[]] {
  return [dims.filter(belongs), dims.filter((d) => !belongs(d))];
}
