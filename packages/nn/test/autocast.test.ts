import {
  autocast,
  init,
  isAutocastEnabled,
  manualSeed,
  randn,
  Tensor,
  tensor,
} from "@wgrad/autograd";
import { Conv2d, Flatten, Linear, MSELoss, ReLU, Sequential } from "@wgrad/nn";
import { GradScaler, SGD } from "@wgrad/optim";
import { beforeEach, describe, expect, inject, test, vi } from "vitest";
import { rows } from "./every/rows.ts";

const tensorsOf = (result: unknown): Tensor[] => {
  if (result instanceof Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(tensorsOf) : [];
};

/** The quick tier runs every fifth layer. */
const every = inject("tier") === "full" ? 1 : 5;

describe("every layer gives about the same values in mixed precision", () => {
  beforeEach(() => init({ device: "cpu" }));

  test.each(Object.entries(rows).filter((_, i) => i % every === 0))(
    "%s",
    async (_, [make, ...takes]) => {
      const outcome = async (mixed: boolean): Promise<number[][]> => {
        manualSeed(3);
        const module = make() as unknown as (...inputs: unknown[]) => unknown;
        const inputs = takes.map((take) => take("f32"));
        const run = (): Tensor[] => tensorsOf(module(...inputs));
        manualSeed(4);
        const outputs = mixed ? autocast(run) : run();
        const floats = outputs.filter(({ dtype }) => dtype.startsWith("f"));
        const tracked = floats.filter((y) => y.requiresGrad);
        if (tracked.length > 0) {
          tracked
            .map((y) => y.to("f32").sum())
            .reduce((a, b) => a.add(b))
            .backward();
        }
        const slopes = inputs.flatMap((x) =>
          x instanceof Tensor && x.grad !== null ? [x.grad] : [],
        );
        return Promise.all([...floats, ...slopes].map(async (x) => [...(await x.data())]));
      };
      const [plain, mixed] = [await outcome(false), await outcome(true)];
      expect(mixed.map(({ length }) => length)).toEqual(plain.map(({ length }) => length));
      for (const [k, values] of plain.entries()) {
        const size = Math.max(1, ...values.filter(Number.isFinite).map(Math.abs));
        for (const [i, value] of values.entries()) {
          const got = mixed[k]?.[i] as number;
          if (Number.isFinite(value)) expect(Math.abs(got - value)).toBeLessThan(0.02 * size);
          else expect(got).toBe(value);
        }
      }
    },
  );
});

test("autocast computes products in f16, softmaxes, norms and losses in f32, and changes nothing outside", async () => {
  await init({ device: "cpu" });
  const [x, w] = [randn([4, 8]), randn([8, 8], { requiresGrad: true })];
  const [y, share, loss] = autocast(() => {
    expect(isAutocastEnabled()).toBe(true);
    const product = x.matmul(w);
    expect(autocast(() => x.matmul(w).dtype, { enabled: false })).toBe("f32");
    return [product, product.softmax(-1), new MSELoss()(product, x)] as const;
  });
  expect([y.dtype, share.dtype, loss.dtype]).toEqual(["f16", "f32", "f32"]);
  expect(x.matmul(w).dtype).toBe("f32");
  expect(isAutocastEnabled()).toBe(false);
  loss.backward();
  expect(w.grad?.dtype).toBe("f32");
  const doubles = randn([2, 2], { dtype: "f64" });
  expect(autocast(() => doubles.matmul(doubles).dtype)).toBe("f64");
});

test("a network learns in mixed precision with a scaler as well as in f32", async () => {
  await init({ device: "cpu" });
  const train = async (mixed: boolean): Promise<number[]> => {
    manualSeed(2);
    const model = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new ReLU(),
      new Flatten(),
      new Linear(64, 2),
    );
    const optimizer = new SGD(model.parameters(), { lr: 0.05 });
    const scaler = new GradScaler({ enabled: mixed, initScale: 128 });
    const [x, y] = [randn([8, 1, 4, 4]), randn([8, 2])];
    const losses: number[] = [];
    for (let i = 0; i < 6; i++) {
      optimizer.zeroGrad();
      const forward = (): Tensor => new MSELoss()(model(x) as Tensor, y);
      const loss = mixed ? autocast(forward) : forward();
      scaler.scale(loss).backward();
      await scaler.step(optimizer);
      scaler.update();
      losses.push(await loss.item());
    }
    return losses;
  };
  const [plain, mixed] = [await train(false), await train(true)];
  for (const [i, loss] of plain.entries()) expect(mixed[i]).toBeCloseTo(loss, 2);
  expect(plain[5]).toBeLessThan(plain[0] as number);
});

test("a device without f16 computes in f32 and warns once", async () => {
  await init({ device: "webgpu" });
  const said = vi.spyOn(console, "info").mockImplementation(() => {});
  try {
    const x = tensor([[1, 2]]);
    const found = Array.from({ length: 3 }, () => autocast(() => x.matmul(x.T).dtype));
    if (found[0] === "f16") return; // an adapter with shader-f16
    expect(found).toEqual(["f32", "f32", "f32"]);
    expect(said.mock.calls).toEqual([
      ["wgrad: autocast computes in f32, because the webgpu device has no f16 here"],
    ]);
  } finally {
    said.mockRestore();
  }
});
