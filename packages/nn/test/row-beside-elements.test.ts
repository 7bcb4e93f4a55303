import { init, manualSeed, noGrad, randint, type Tensor, tensor } from "@wgrad/autograd";
import { CosineEmbeddingLoss, Embedding, init as initial } from "@wgrad/nn";
import { expect, test } from "vitest";

/**
 * The gradient of a table whose rows are compared pairwise, computed after a larger comparison that
 * leaves temporaries behind.
 */
async function gradient(device: "cpu" | "webgpu"): Promise<Float32Array> {
  await init({ device });
  manualSeed(0);
  const table = new Embedding(40, 8);
  initial.normal_(table.weight, { std: 0.1 });
  const criterion = new CosineEmbeddingLoss({ margin: 0.2 });
  const compare = (pairs: number): Tensor => {
    const [near, far] = [randint(0, 40, [pairs]), randint(0, 40, [pairs, 6])];
    const b = table(far);
    const a = table(near).unsqueeze(1).expand(b.shape);
    const signs = tensor(Float32Array.from({ length: pairs * 6 }, (_, i) => (i % 6 ? -1 : 1)));
    return criterion(a.reshape([-1, 8]), b.reshape([-1, 8]), signs);
  };
  await noGrad(() => compare(512)).item();
  compare(256).backward();
  return (table.weight.grad as Tensor).data() as Promise<Float32Array>;
}

test("a kernel can store one value per row and one value per element", async () => {
  const expected = await gradient("cpu");
  const got = await gradient("webgpu");
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 5);
  });
});
