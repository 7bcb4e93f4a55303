import * as w from "@wgrad/autograd";
import { expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { type Input, normal, whole } from "./inputs.ts";

const equations: Readonly<Record<string, readonly w.Shape[]>> = {
  "ij,jk->ik": [
    [3, 4],
    [4, 5],
  ],
  "ij,jk": [
    [3, 4],
    [4, 5],
  ],
  "ij->ji": [[3, 4]],
  "ij->": [[3, 4]],
  ii: [[4, 4]],
  "iij->ij": [[3, 3, 4]],
  "iii->i": [[3, 3, 3]],
  "i,j->ij": [[3], [4]],
  "bij,bjk->bik": [
    [2, 3, 4],
    [2, 4, 5],
  ],
  "bhqd,bhkd->bhqk": [
    [2, 2, 3, 4],
    [2, 2, 5, 4],
  ],
  "bcij,ocij->bo": [
    [2, 3, 2, 4],
    [5, 3, 2, 4],
  ],
  "bqhd,khd->bhqk": [
    [2, 3, 2, 4],
    [5, 2, 4],
  ],
  "...ij,...jk->...ik": [
    [2, 1, 3, 4],
    [3, 4, 5],
  ],
  "...i->...": [[2, 3, 4]],
  "i...,i...": [
    [3, 4],
    [3, 4],
  ],
  "ij,jk,kl->il": [
    [2, 3],
    [3, 4],
    [4, 5],
  ],
  "ij,ij->i": [
    [3, 4],
    [3, 4],
  ],
  "ij,ij->": [
    [3, 4],
    [3, 1],
  ],
  "ijk,ik->j": [
    [2, 3, 4],
    [2, 1],
  ],
  "a,b,c->cab": [[2], [3], [4]],
};

testOps([
  ...Object.entries(equations).map(
    ([equation, shapes]): OpCase => ({
      name: `einsum ${equation}`,
      op: (...operands) => w.einsum(equation, ...operands),
      inputs: shapes.map((shape): Input => normal(shape)),
    }),
  ),
  {
    name: "einsum of integers",
    op: (...operands) => w.einsum("ij,kj->ik", ...operands),
    inputs: [whole([3, 4], -9, 9), whole([2, 4], -9, 9)],
  },
  {
    name: "einsum over nothing",
    op: (...operands) => w.einsum("ij,jk->ik", ...operands),
    inputs: [normal([3, 0]), normal([0, 2])],
  },
  {
    name: "tensordot",
    op: (...[a, b]) => w.tensordot(a as w.Tensor, b as w.Tensor),
    inputs: [normal([5, 2, 3]), normal([2, 3, 4])],
  },
  {
    name: "tensordot of given dimensions",
    op: (...[a, b]) =>
      w.tensordot(a as w.Tensor, b as w.Tensor, {
        dims: [
          [2, 0],
          [0, 2],
        ],
      }),
    inputs: [normal([2, 5, 3]), normal([3, 4, 2])],
  },
  {
    name: "tensordot over no dimensions",
    op: (...[a, b]) => w.tensordot(a as w.Tensor, b as w.Tensor, 0),
    inputs: [normal([2]), normal([3, 2])],
  },
  {
    name: "kron",
    op: (...[a, b]) => w.kron(a as w.Tensor, b as w.Tensor),
    inputs: [normal([2, 3]), normal([4, 1, 2])],
  },
  {
    name: "bilinear",
    op: (...[x, y, weight, bias]) =>
      w.bilinear(x as w.Tensor, y as w.Tensor, weight as w.Tensor, bias as w.Tensor),
    inputs: [normal([2, 3, 4]), normal([2, 3, 5]), normal([6, 4, 5]), normal([6])],
  },
  { name: "trace", op: (x) => w.trace(x as w.Tensor), inputs: [normal([3, 4])] },
  {
    name: "matmul with a batch that one operand lacks",
    op: (...[a, b]) => w.matmul(a as w.Tensor, b as w.Tensor),
    inputs: [normal([3, 1, 2, 4]), normal([1, 2, 4, 5])],
  },
]);

test("einsum says what does not fit", () => {
  const [a, b] = [w.zeros([2, 3]), w.zeros([4, 5])];
  expect(() => w.einsum("ij,jk->ik", a, b)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: in "ij,jk->ik" "j" stands for sizes 3 and 4
      operand 0: [2, 3]
      operand 1: [4, 5]]
  `);
  expect(() => w.einsum("ij,jk->il", a, a)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: einsum: the output of "ij,jk->il" has "l" that no operand has]`,
  );
  expect(() => w.einsum("ij->i", a, b)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: einsum: "ij->i" has 1 operands, got 2]`,
  );
  expect(() => w.einsum("ijk->i", a)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: "ijk" does not label every dimension of operand 0
      operand 0: [2, 3]
      hint: "..." stands for any number of dimensions]
  `);
  expect(() => w.einsum("i j => i", a)).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: einsum: "i j => i" is not an equation
      hint: write letters, commas, "..." and one "->", as in "ij,jk->ik"]
  `);
  expect(() => w.einsum("ii->i", a)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: "i" stands for sizes 2 and 3 in one operand
      operand: [2, 3]]
  `);
  expect(() => w.tensordot(a, b)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: tensordot: dimensions [0, 1] of a and [0, 1] of b differ in size
      a: [2, 3]
      b: [4, 5]]
  `);
});
