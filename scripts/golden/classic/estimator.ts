import type { Tensor } from "@wgrad/autograd";
import { camel } from "../names.ts";
import type { Model } from "./estimators.ts";
import type { ClassicRun } from "./run.ts";

/** The attributes of a fitted estimator, and the results of its methods on the test rows. */
export async function runEstimator(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const { train, test } = data;
  const model: Model = make();
  await model.fit(train.x, ...(train.y === null ? [] : [train.y]));
  let projected: Tensor | null = null;
  for (const output of item.outputs) {
    const [method = "", part] = output.split(".");
    if (part !== undefined) {
      const result = await model[camel(method)](test.x);
      await run.check(output, result[part]);
    } else if (output === "score") {
      await run.check(output, await model.score(test.x, test.y));
    } else if (output === "inverse_transform") {
      projected ??= model.transform(test.x) as Tensor;
      await run.check(output, model.inverseTransform(projected));
    } else if (output.endsWith("_")) {
      await run.check(output, shaped(model[camel(output.slice(0, -1))], run, output));
    } else await run.check(output, await model[camel(method)](test.x));
  }
}

/** Rows of numbers as one matrix; a list of one number where scikit-learn has a row. */
function shaped(value: unknown, { group, item }: ClassicRun, name: string): unknown {
  const reference = group.tensor(item.id, name);
  const rows = value as ArrayLike<number>[];
  if (!Array.isArray(value)) return value;
  const data = Float64Array.from(rows.flatMap((row) => Array.from(row)));
  const [width = 0] = [rows[0]?.length];
  const shape = reference.shape.length === 3 ? reference.shape : [rows.length, width];
  return { dtype: "f64", shape, data: async () => data };
}
