import {
  adaptiveMaxPool2d,
  init,
  linalg,
  maxPool2d,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

test("prints its shape, dtype and device, and the values that are on the host", async () => {
  const x = tensor([
    [0.1, 2],
    [3, 4],
  ]);
  expect(`${x}`).toBe("tensor([2, 2], f32, cpu) [[0.1, 2], [3, 4]]");
  const y = x.gt(2);
  expect(String(y)).toBe("tensor([2, 2], bool, cpu)");
  await y.data();
  expect(String(y)).toBe("tensor([2, 2], bool, cpu) [[false, false], [true, true]]");
  expect(String(zeros([1000]))).toBe("tensor([1000], f32, cpu)");
});

test("reads as one number, as an array, or nested", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(await x.at(1, 0).item()).toBe(3);
  expect(await x.T.data()).toEqual(Float32Array.of(1, 3, 2, 4));
  expect(await x.eq(2).data()).toEqual(Uint8Array.of(0, 1, 0, 0));
  expect(await x.eq(2).tolist()).toEqual([
    [false, true],
    [false, false],
  ]);
  expect(await x.gt(0).all().item()).toBe(1);
});

test("moves between dtypes at once, and between devices by a promise", async () => {
  const x = tensor([1.7, -1.7]);
  expect(await x.to("i32").tolist()).toEqual([1, -1]);
  const other = await x.to("webgpu");
  expect(other.device).toBe("webgpu");
  expect(await other.mul(2).data()).toEqual(await x.mul(2).data());
  expect(() => x.add(other)).toThrow("operands are on different devices");
});

test("gives its value back", async () => {
  const x = tensor([1, 2]);
  x.dispose();
  await expect(async () => x.data()).rejects.toThrow("disposed");
});

test("requires grad when it is told to, and then is a leaf", () => {
  const x = tensor([1, 2]);
  expect([x.requiresGrad, x.isLeaf, x.grad]).toEqual([false, true, null]);
  expect(x.requiresGrad_()).toBe(x);
  const y = x.mul(2);
  expect([x.requiresGrad, x.isLeaf, y.requiresGrad, y.isLeaf]).toEqual([true, true, true, false]);
  expect(y.detach().requiresGrad).toBe(false);
});

test("is gone through by its first dimension, as PyTorch's", async () => {
  const x = tensor([
    [3, 1, 2],
    [4, 6, 5],
  ]);
  const rows: unknown[] = [];
  for (const row of x) rows.push(await row.tolist());
  expect(rows).toEqual(await x.tolist());
  const [first, second, third] = x;
  expect([first?.shape, third]).toEqual([[3], undefined]);
  second?.fill_(0); // a view
  expect(await x.tolist()).toEqual([
    [3, 1, 2],
    [0, 0, 0],
  ]);
  expect([...zeros([0, 2])]).toEqual([]);
  expect(() => [...tensor(1)]).toThrow(
    "cannot iterate over a 0-d tensor\n  hint: use await x.item() for its number",
  );
  const leaf = tensor([2, 3], { requiresGrad: true });
  const [a, b] = leaf;
  a?.mul(b as Tensor).backward();
  expect(await leaf.grad?.tolist()).toEqual([3, 2]);
});

test("named results are a row too, as PyTorch's", async () => {
  const x = tensor([
    [3, 1, 2],
    [4, 6, 5],
  ]);
  const square = tensor([
    [2, 1],
    [1, 3],
  ]);
  const plane = x.reshape([1, 1, 2, 3]);
  const all: Readonly<Record<string, readonly [names: string, results: object]>> = {
    max: ["values indices", x.max(1)],
    min: ["values indices", x.min(0)],
    sort: ["values indices", x.sort()],
    topk: ["values indices", x.topk(2)],
    kthvalue: ["values indices", x.kthvalue(1)],
    median: ["values indices", x.median(1)],
    nanmedian: ["values indices", x.nanmedian(1)],
    cummax: ["values indices", x.cummax(1)],
    cummin: ["values indices", x.cummin(1)],
    maxPool2d: ["values indices", maxPool2d(plane, 2, { returnIndices: true })],
    adaptiveMaxPool2d: ["values indices", adaptiveMaxPool2d(plane, 1, { returnIndices: true })],
    qr: ["Q R", linalg.qr(square)],
    svd: ["U S Vh", linalg.svd(square)],
    eigh: ["eigenvalues eigenvectors", linalg.eigh(square)],
    slogdet: ["sign logabsdet", linalg.slogdet(square)],
    unique: ["values inverse", await x.unique({ returnInverse: true })],
    "unique with counts": ["values counts", await x.unique({ returnCounts: true })],
  };
  for (const [name, [names, results]] of Object.entries(all)) {
    const named = results as Readonly<Record<string, Tensor>> & Iterable<Tensor>;
    const wanted = names.split(" ").map((key) => named[key]);
    const row = [...named];
    expect([row.length, named.length], name).toEqual([wanted.length, wanted.length]);
    for (const [i, result] of wanted.entries()) {
      expect(row[i], name).toBe(result);
      expect(named[i], name).toBe(result);
    }
  }
  const [values, indices] = x.max(1);
  expect([await values?.tolist(), await indices?.tolist()]).toEqual([
    [3, 6],
    [0, 1],
  ]);
  expect(await x.topk(1, 0)[1].tolist()).toEqual([[1, 1, 1]]);
});
