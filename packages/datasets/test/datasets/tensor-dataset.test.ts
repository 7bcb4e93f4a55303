import { init, type Tensor, tensor } from "@wgrad/autograd";
import { TensorDataset } from "@wgrad/datasets";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("TensorDataset", () => {
  const images = (): Tensor =>
    tensor(
      Float32Array.from({ length: 12 }, (_, i) => i),
      { shape: [3, 2, 2] },
    );
  const labels = (): Tensor => tensor(new Int32Array([7, 8, 9]));

  test("yields batches with the given names", async () => {
    const dataset = new TensorDataset({ images: images(), labels: labels() });
    expect(dataset.length).toBe(3);
    const batch = await dataset.batch([2, 0]);
    expectTypeOf(batch).toEqualTypeOf<{ images: Tensor; labels: Tensor }>();
    expect(batch.images.shape).toEqual([2, 2, 2]);
    expect([...(await batch.images.data())]).toEqual([8, 9, 10, 11, 0, 1, 2, 3]);
    expect(batch.labels.dtype).toBe("i32");
    expect([...(await batch.labels.data())]).toEqual([9, 7]);
  });

  test("yields tuples for an array", async () => {
    const [x, y] = await new TensorDataset([images(), labels()]).batch([1]);
    expectTypeOf(x).toEqualTypeOf<Tensor>();
    expect(x.shape).toEqual([1, 2, 2]);
    expect(await y.item()).toBe(8);
  });

  test.each([3, -1, 0.5])("has no example %d", async (index) => {
    await expect(new TensorDataset([labels()]).batch([0, index])).rejects.toThrow(
      `TensorDataset: there is no example ${index} in a dataset of 3\n  hint: use indices from 0 to 2`,
    );
  });

  test("refuses tensors with different numbers of examples", () => {
    expect(() => new TensorDataset({ images: images(), labels: tensor([1, 2]) })).toThrow(
      "TensorDataset: the tensors have different numbers of examples\n  images: [3, 2, 2]\n  labels: [2]",
    );
    expect(() => new TensorDataset([tensor(1)])).toThrow("have different numbers of examples");
  });
});
