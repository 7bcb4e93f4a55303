import { type DType, init, type Tensor, tensor } from "@wgrad/autograd";
import type { Rows } from "@wgrad/classic";
import { Table } from "@wgrad/datasets";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { type Estimator, estimators } from "./bad-input/estimators.ts";

/** Small integers, which every dtype represents exactly. */
const rows = Array.from({ length: 24 }, (_, i) => [(i * 7) % 11, (i * 5) % 13, i % 4]);
const y = rows.map(([a = 0, b = 0]) => Number(a > 5) + Number(b > 6));

const column = (j: number): Float64Array => Float64Array.from(rows, (row) => row[j] as number);
const forms: Readonly<Record<string, () => Rows>> = {
  ...Object.fromEntries(
    (["i32", "u8", "f16"] as const).map((dtype: DType) => [dtype, () => tensor(rows, { dtype })]),
  ),
  "f64 on the cpu": () => tensor(rows, { dtype: "f64", device: "cpu" }),
  "f32 on the cpu": () => tensor(rows, { dtype: "f32", device: "cpu" }),
  "a table": () => new Table({ a: column(0), b: column(1), c: column(2) }),
};

/** Fits an estimator on `x` and predicts `asked`. */
async function said(make: () => Estimator, x: Rows, asked: Rows): Promise<number[]> {
  const made = make() as Estimator & { getParams(): object; clone(changes: object): Estimator };
  const model = "randomState" in made.getParams() ? made.clone({ randomState: 1 }) : made;
  await ("kind" in model ? model.fit(x, y) : model.fit(x));
  const answer = await (model.predict?.(asked) ?? model.transform?.(asked as Tensor));
  return Array.from((await answer?.data()) ?? (model.labels as ArrayLike<number>));
}

const devices = inject("tier") === "full" ? (["wasm", "webgpu"] as const) : (["wasm"] as const);

describe.each(devices)("features on %s, of", (device) => {
  beforeAll(async () => {
    await init({ device: "cpu" });
    await init({ device });
  });

  test.each(Object.entries(estimators))("%s, accept any form", async (_, make) => {
    const plain = tensor(rows, { dtype: "f32" });
    const expected = await said(make, plain, plain);
    for (const [form, of] of Object.entries(forms)) {
      const x = of();
      const close = (values: readonly number[]) =>
        values.forEach((value, i) => {
          expect(Math.abs(value - (expected[i] as number)), form).toBeLessThan(1e-3);
        });
      close(await said(make, x, x));
      if (!(x instanceof Table)) close(await said(make, plain, x));
    }
  });
});
