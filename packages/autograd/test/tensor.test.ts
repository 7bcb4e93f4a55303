import { init, tensor, zeros } from "@wgrad/autograd";
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
  expect(() => x.add(other)).toThrow("operands live on different devices");
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
