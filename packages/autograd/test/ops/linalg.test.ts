import * as w from "@wgrad/autograd";
import { init, linalg, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { type Input, normal } from "./inputs.ts";

type OfTensors = (...operands: Tensor[]) => Tensor | readonly Tensor[];

const square = normal([2, 3, 3]);
const eye = (x: Tensor): Tensor =>
  w.eye(x.shape.at(-1) as number, { dtype: x.dtype, device: x.device });
/** Symmetric with all eigenvalues at least 1, from any matrix. */
const positive = (x: Tensor): Tensor => x.matmul(x.mT).add(eye(x));
const symmetric = (x: Tensor): Tensor => x.add(x.mT);
/**
 * Columns (or rows) turned to the side where their largest element is positive: factors are defined
 * up to that.
 */
const turned = (x: Tensor, dim: number): Tensor => {
  const side = x.detach();
  return x.mul(
    side
      .amax(dim, { keepdim: true })
      .add(side.amin(dim, { keepdim: true }))
      .sign(),
  );
};

const rows: Readonly<Record<string, readonly [OfTensors, readonly Input[]]>> = {
  cholesky: [(x) => linalg.cholesky(positive(x as Tensor)), [square]],
  "cholesky, upper": [(x) => linalg.cholesky(positive(x as Tensor), { upper: true }), [square]],
  solve: [(a, b) => linalg.solve(a as Tensor, b as Tensor), [square, normal([3, 2])]],
  "solve from the right": [
    (a, b) => linalg.solve(a as Tensor, b as Tensor, { left: false }),
    [normal([3, 3]), normal([4, 2, 3])],
  ],
  "solve for vectors": [(a, b) => linalg.solve(a as Tensor, b as Tensor), [square, normal([2, 3])]],
  inv: [(x) => linalg.inv(x as Tensor), [square]],
  det: [(x) => linalg.det(x as Tensor), [square]],
  slogdet: [(x) => Object.values(linalg.slogdet(x as Tensor)), [square]],
  logdet: [(x) => w.logdet(positive(x as Tensor)), [square]],
  solveTriangular: [
    (a, b) => linalg.solveTriangular(positive(a as Tensor), b as Tensor, { upper: false }),
    [square, normal([2, 3, 4])],
  ],
  "solveTriangular from the right, unit, upper": [
    (a, b) =>
      linalg.solveTriangular(a as Tensor, b as Tensor, {
        upper: true,
        left: false,
        unitriangular: true,
      }),
    [normal([3, 3]), normal([2, 4, 3])],
  ],
  qr: [(x) => Object.values(linalg.qr(x as Tensor)), [normal([2, 4, 3])]],
  "qr of wide matrices": [(x) => Object.values(linalg.qr(x as Tensor)), [normal([2, 4])]],
  eigvalsh: [(x) => linalg.eigvalsh(symmetric(x as Tensor)), [square]],
  eigh: [
    (x) => {
      const { eigenvalues, eigenvectors } = linalg.eigh(symmetric(x as Tensor));
      return [eigenvalues, turned(eigenvectors, -2)];
    },
    [square],
  ],
  svdvals: [(x) => linalg.svdvals(x as Tensor), [normal([2, 4, 3])]],
  svd: [
    (x) => {
      const { U, S, Vh } = linalg.svd(x as Tensor, { fullMatrices: false });
      return [turned(U, -2), S, turned(Vh, -1)];
    },
    [normal([2, 4, 3])],
  ],
  "svd of wide matrices": [
    (x) => {
      const { U, S, Vh } = linalg.svd(x as Tensor, { fullMatrices: false });
      return U.mul(S.unsqueeze(-2)).matmul(Vh.square());
    },
    [normal([2, 4])],
  ],
  pinv: [(x) => linalg.pinv(x as Tensor), [normal([2, 4, 3])]],
  "pinv of wide matrices": [(x) => linalg.pinv(x as Tensor), [normal([2, 4])]],
  "lu of square matrices": [(x) => Object.values(linalg.lu(x as Tensor)), [square]],
  "lu of high matrices": [
    (x) => Object.values(linalg.lu(x as Tensor)).slice(1),
    [normal([2, 4, 3])],
  ],
  "lu of wide matrices": [(x) => Object.values(linalg.lu(x as Tensor)).slice(1), [normal([2, 4])]],
  luFactor: [(x) => linalg.luFactor(x as Tensor).LU, [square]],
  luSolve: [
    (a, b) => {
      const { LU, pivots } = linalg.luFactor(a as Tensor);
      return [
        linalg.luSolve(LU, pivots, b as Tensor),
        linalg.luSolve(LU, pivots, b as Tensor, { adjoint: true }),
        linalg.luSolve(LU, pivots, (b as Tensor).mT, { left: false }),
      ];
    },
    [square, normal([3, 2])],
  ],
  luUnpack: [
    (x) => {
      const { LU, pivots } = linalg.luFactor(x as Tensor);
      const { P, L, U } = w.luUnpack(LU, pivots);
      return P.matmul(L).matmul(U).square();
    },
    [normal([2, 3, 4])],
  ],
  matrixExp: [(x) => linalg.matrixExp(x as Tensor), [square]],
  "matrixExp of large matrices": [
    (x) => linalg.matrixExp((x as Tensor).mul(4)).log1p(),
    [normal([1, 1])],
  ],
  lstsq: [
    (a, b) => linalg.lstsq(a as Tensor, b as Tensor).solution,
    [normal([4, 2]), normal([4, 3])],
  ],
  "residuals of lstsq": [
    (a, b) => linalg.lstsq(a as Tensor, b as Tensor).residuals,
    [normal([2, 4, 2]), normal([2, 4])],
  ],
  "norms of matrices": [
    (x) => {
      const all = ["fro", "nuc", 1, -1, 2, -2, Infinity, -Infinity] as const;
      return all.map((ord) => linalg.matrixNorm(x as Tensor, ord));
    },
    [normal([2, 3, 4])],
  ],
  "norms over other dimensions": [
    (x) => [
      linalg.matrixNorm(x as Tensor, 2, [2, 0], { keepdim: true }),
      linalg.norm(x as Tensor, 1, [0, 1]),
      linalg.norm(x as Tensor, 3, 1),
      linalg.norm(x as Tensor),
    ],
    [normal([2, 3, 4])],
  ],
  cond: [
    (x) => [
      linalg.cond(x as Tensor),
      linalg.cond(x as Tensor, -2),
      linalg.cond(x as Tensor, "fro"),
    ],
    [square],
  ],
  cross: [(a, b) => linalg.cross(a as Tensor, b as Tensor), [normal([2, 3]), normal([1, 3])]],
  vecdot: [(a, b) => linalg.vecdot(a as Tensor, b as Tensor, 0), [normal([2, 3]), normal([2, 1])]],
  multiDot: [
    (a, b, c) => linalg.multiDot([a, b, c] as Tensor[]),
    [normal([3]), normal([3, 4]), normal([4, 2])],
  ],
  tensorinv: [(x) => linalg.tensorinv(x as Tensor, 1), [normal([4, 2, 2])]],
  tensorsolve: [
    (a, b) => linalg.tensorsolve(a as Tensor, b as Tensor, { dims: [0] }),
    [normal([3, 2, 3, 2]), normal([2, 3])],
  ],
  vander: [
    (x) => [w.vander(x as Tensor), w.vander(x as Tensor, 4, true), linalg.vander(x as Tensor)],
    [normal([3])],
  ],
  "svd and qr of older form": [
    (x) => [
      w.svd(x as Tensor).S,
      w.qr(x as Tensor).R.abs(),
      w.triangularSolve(x as Tensor, w.qr(x as Tensor).R).solution,
    ],
    [normal([3, 3])],
  ],
  matrixPower: [(x) => linalg.matrixPower(x as Tensor, 5), [square]],
  "matrixPower of −2": [(x) => linalg.matrixPower(x as Tensor, -2), [square]],
};

testOps(
  Object.entries(rows).map(
    ([name, [op, inputs]]): OpCase => ({ name, op, inputs, tolerance: { rtol: 2e-4, atol: 1e-4 } }),
  ),
);

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const close = (want: readonly number[]) => want.map((x) => expect.closeTo(x, 4));

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test("factors of larger and of rank-deficient matrices multiply to what they are factors of", async () => {
    w.manualSeed(1);
    const wide = w.randn([20, 2]).matmul(w.randn([2, 12]));
    for (const a of [w.randn([30, 20]), w.randn([5, 17]), wide, zeros([3, 2]), w.eye(3)]) {
      const { U, S, Vh } = linalg.svd(a);
      const [rows, columns] = a.shape as [number, number];
      const k = Math.min(rows, columns);
      const product = U.narrow(1, 0, k)
        .mul(S)
        .matmul(Vh.narrow(0, 0, k));
      expect(await values(product)).toEqual(close(await values(a)));
      expect(await values(U.T.matmul(U))).toEqual(close(await values(w.eye(rows))));
      expect(await values(Vh.matmul(Vh.T))).toEqual(close(await values(w.eye(columns))));
      const { Q, R } = linalg.qr(a, { mode: "complete" });
      expect(await values(Q.matmul(R))).toEqual(close(await values(a)));
      expect(await values(Q.T.matmul(Q))).toEqual(close(await values(w.eye(rows))));
      const p = linalg.pinv(a);
      expect(await values(a.matmul(p).matmul(a))).toEqual(close(await values(a)));
    }
    const b = w.randn([100, 8, 8]);
    const { eigenvalues, eigenvectors } = linalg.eigh(b.add(b.mT));
    const again = eigenvectors.mul(eigenvalues.unsqueeze(-2)).matmul(eigenvectors.mT);
    expect(await values(again)).toEqual(close(await values(b.add(b.mT))));
  });

  test("equal eigenvalues have a gradient where only their values are asked for", async () => {
    const a = w.eye(3, { requiresGrad: true });
    linalg.eigvalsh(a).sum().backward();
    expect(await values(a.grad as Tensor)).toEqual(close(await values(w.eye(3))));
  });

  test("the gradient of a determinant of 0 is the cofactors", async () => {
    const slope = async (values: number[][]): Promise<number[]> => {
      const a = tensor(values, { requiresGrad: true });
      linalg.det(a).backward();
      return [...((await a.grad?.data()) ?? [])];
    };
    expect(
      await slope([
        [1, 2],
        [2, 4],
      ]),
    ).toEqual(close([4, -2, -2, 1]));
    expect(await slope([[0]])).toEqual(close([1]));
    expect(
      await slope([
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ]),
    ).toEqual(close(new Array(9).fill(0)));
    expect(
      await slope([
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, -2],
      ]),
    ).toEqual(close([0, 0, 0, 0, -2, 0, 0, 0, 0]));
  });

  test("no matrices, and matrices of no size", async () => {
    expect(linalg.inv(zeros([0, 3, 3])).shape).toEqual([0, 3, 3]);
    expect(await linalg.det(zeros([2, 0, 0])).tolist()).toEqual([1, 1]);
    expect(linalg.eigh(zeros([0, 0])).eigenvectors.shape).toEqual([0, 0]);
    expect(linalg.svdvals(zeros([3, 0])).shape).toEqual([0]);
  });

  test("what has no answer gives NaN, infinity or 0", async () => {
    const singular = tensor([
      [1, 2],
      [2, 4],
    ]);
    expect(await linalg.det(singular).item()).toBeCloseTo(0);
    const { sign, logabsdet } = linalg.slogdet(singular);
    expect(await sign.item()).toBeCloseTo(0);
    expect(await logabsdet.item()).toBe(-Infinity);
    const { L, info } = linalg.choleskyEx(
      tensor([
        [
          [1, 0],
          [0, -1],
        ],
        [
          [4, 0],
          [0, 1],
        ],
      ]),
    );
    expect(await L.tolist()).toEqual([
      [
        [1, 0],
        [0, NaN],
      ],
      [
        [2, 0],
        [0, 1],
      ],
    ]);
    expect(await info.tolist()).toEqual([2, 0]);
  });
});

describe("mistakes", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("say what fits", () => {
    const [a, b] = [zeros([2, 3]), zeros([3, 3])];
    expect(() => linalg.inv(a)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: linalg.inv: expected square matrices
        a: [2, 3]]
    `);
    expect(() => linalg.svd(zeros([3]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: linalg.svd: expected matrices, [..., m, n]
        a: [3]]
    `);
    expect(() => linalg.solve(b, zeros([2, 2]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: linalg.solve: the sizes of A and B do not fit
        a: [3, 3]
        b: [2, 2]]
    `);
    expect(() => linalg.det(zeros([2, 2], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: linalg.det: needs a floating dtype, got i32
        hint: convert first, x.to("f32")]
    `);
    expect(() => linalg.solveTriangular(b, b, {} as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: linalg.solveTriangular: needs { upper: true } or { upper: false }, the triangle of A]`,
    );
    expect(() => linalg.matrixPower(b, 0.5)).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: linalg.matrixPower: n must be a whole number, got 0.5]
    `);
    expect(() => linalg.qr(b, { mode: "r" } as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: qr: mode is "r", not "reduced" or "complete"]`,
    );
  });
});

describe("low rank", () => {
  test("gives back a matrix of that rank, whose components are those of the svd", async () => {
    await init({ device: "cpu" });
    w.manualSeed(3);
    const a = w.randn([2, 7, 2]).matmul(w.randn([2, 2, 5]));
    for (const x of [a, a.mT]) {
      const { U, S, V } = w.svdLowrank(x, { q: 3 });
      const made = U.mul(S.unsqueeze(-2)).matmul(V.mT);
      expect(await made.sub(x).abs().max().item()).toBeLessThan(1e-5);
      const { S: components } = w.pcaLowrank(x, { q: 2 });
      const centered = linalg.svdvals(x.sub(x.mean(-2, { keepdim: true }))).narrow(-1, 0, 2);
      expect(await components.sub(centered).abs().max().item()).toBeLessThan(1e-5);
    }
  });
});

test("rank counts the singular values that are not 0", async () => {
  await init({ device: "cpu" });
  const a = tensor([
    [1, 2],
    [2, 4.001],
  ]);
  expect(await linalg.matrixRank(a).item()).toBe(2);
  expect(await linalg.matrixRank(a, { atol: 0.1 }).item()).toBe(1);
  expect(await linalg.matrixRank(a, { rtol: 0.1, hermitian: true }).item()).toBe(1);
  expect(await linalg.matrixRank(zeros([2, 3])).item()).toBe(0);
});
