import * as w from "@wgrad/autograd";
import { ellipsis, slice } from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import { constant, type Input, normal, truth, whole } from "./inputs.ts";

type OfOne = (x: w.Tensor) => w.Tensor | readonly w.Tensor[];

const box = normal([2, 3, 4]);
const matrix = normal([4, 5]);

const rows: Readonly<Record<string, readonly [op: OfOne, x?: Input]>> = {
  reshape: [(x) => w.reshape(x, [6, -1])],
  view: [(x) => x.contiguous().view(6, 4)],
  "view of the same shape": [(x) => x.view(2, 3, 4)],
  permute: [(x) => w.permute(x, [2, 0, 1])],
  transpose: [(x) => w.transpose(x, 0, -1)],
  t: [w.t, matrix],
  movedim: [(x) => w.movedim(x, [0, 1], [2, 0])],
  unsqueeze: [(x) => w.unsqueeze(x, 1)],
  squeeze: [(x) => w.squeeze(x), normal([1, 3, 1, 4])],
  "squeeze of one": [(x) => w.squeeze(x, 2), normal([1, 3, 1, 4])],
  flatten: [(x) => w.flatten(x, 1)],
  unflatten: [(x) => w.unflatten(x, -1, [2, -1])],
  expand: [(x) => w.expand(x, [2, -1, 4]), normal([3, 1])],
  broadcastTo: [(x) => w.broadcastTo(x, [3, 4]), normal([4])],
  repeat: [(x) => x.repeat(2, 2), normal([2, 3])],
  "repeat into new dimensions": [(x) => x.repeat(4, 2), normal([3])],
  tile: [(x) => w.tile(x, [2]), normal([2, 3])],
  repeatInterleave: [(x) => w.repeatInterleave(x, 2, 0), normal([3, 2])],
  "repeatInterleave of all": [(x) => w.repeatInterleave(x, 2), normal([3, 2])],
  flip: [(x) => w.flip(x, [0, 2])],
  roll: [(x) => w.roll(x, [1, -1], [0, 2])],
  "roll of all": [(x) => w.roll(x, 5)],
  rot90: [(x) => w.rot90(x)],
  "rot90 back": [(x) => w.rot90(x, { k: -1 })],
  split: [(x) => x.split(3), normal([7, 3])],
  "split into sizes": [(x) => w.split(x, [2, 4, 1], 1), normal([3, 7])],
  chunk: [(x) => x.chunk(4, 1), normal([2, 7])],
  unbind: [(x) => x.unbind(1)],
  narrow: [(x) => w.narrow(x, 1, 1, 2)],
  select: [(x) => w.select(x, 1, -1)],
  unfold: [(x) => x.unfold(1, 3, 2), normal([3, 9])],
  "unfold with overlap": [(x) => x.unfold(0, 3, 1), normal([8])],
  tril: [(x) => w.tril(x, { diagonal: 1 }), matrix],
  triu: [(x) => w.triu(x, { diagonal: -1 }), matrix],
  "diag of a vector": [(x) => w.diag(x, { diagonal: 1 }), normal([3])],
  "diag of a matrix": [(x) => w.diag(x, { diagonal: -1 }), matrix],
  diagonal: [(x) => w.diagonal(x, { dim1: 0, dim2: 2 })],
  diagEmbed: [(x) => w.diagEmbed(x, { offset: -1 }), normal([2, 3])],
  contiguous: [(x) => x.T.contiguous()],
  clone: [(x) => x.clone()],
  "at an integer": [(x) => x.at(1)],
  "at slices": [(x) => x.at(slice(1, null), slice(null, 3, 2), -1)],
  "at a new dimension": [(x) => x.at(null, slice(null), 1)],
  "at an ellipsis": [(x) => x.at(1, ellipsis, slice(0, 2))],
  "at nothing": [(x) => x.at(slice(2, 2))],
  "at a part of a transposed": [(x) => x.T.at(slice(1, null, 2), slice(null, null, 2))],
  "put_ of a number": [(x) => x.clone().put_([slice(1, 3), slice(null, null, 2)], -1), matrix],
  "at of integers": [(x) => x.at(slice(1, 3), -1), whole([4, 3], -9, 9)],
  "cat of bools": [(x) => w.cat([x, x.logicalNot()], 1), truth([2, 3])],
};

testOps([
  ...Object.entries(rows).map(
    ([name, [op, input = box]]): OpCase => ({
      name,
      op: (x) => op(x as w.Tensor),
      inputs: [input],
    }),
  ),
  {
    name: "cat",
    op: (...tensors) => w.cat(tensors, 1),
    inputs: [normal([2, 3]), normal([2, 1]), normal([2, 4])],
  },
  {
    name: "cat with empty ones",
    op: (...tensors) => w.cat(tensors),
    inputs: [normal([2, 3]), constant(normal([0])), normal([1, 3]), constant(normal([0, 3]))],
  },
  { name: "stack", op: (...tensors) => w.stack(tensors, -1), inputs: [box, box, box] },
  {
    name: "stack of numbers",
    op: (...tensors) => w.stack(tensors),
    inputs: [normal([]), normal([])],
  },
  { name: "hstack", op: (...tensors) => w.hstack(tensors), inputs: [matrix, normal([4, 2])] },
  { name: "vstack", op: (...tensors) => w.vstack(tensors), inputs: [normal([3]), normal([2, 3])] },
  {
    name: "meshgrid",
    op: (...vectors) => w.meshgrid(vectors, { indexing: "xy" }),
    inputs: [normal([3]), normal([4])],
  },
  {
    name: "put_ of a tensor",
    op: (...[x, value]) => (x as w.Tensor).clone().put_([slice(1, 3)], value as w.Tensor),
    inputs: [matrix, normal([5])],
  },
  {
    name: "in-place arithmetic on a view",
    op: (...[x, y]) => {
      const base = (x as w.Tensor).mul(2);
      base.T.at(slice(1, 3))
        .mul_(y as w.Tensor)
        .add_(1);
      return base.mul(base);
    },
    inputs: [matrix, normal([4])],
  },
]);
