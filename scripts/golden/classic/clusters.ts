import type { Tensor } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import { camel } from "../names.ts";
import type { Model } from "./estimators.ts";
import type { ClassicRun } from "./run.ts";
import { outputOf, within } from "./trees.ts";

/** Labels, whose numbering is free if the case says so. */
export async function runLabels(run: ClassicRun): Promise<void> {
  const { item, data, group, make, fault } = run;
  const model: Model = await make().fit(data.train.x);
  for (const output of item.outputs) {
    const found = model[camel(output.slice(0, -1))] as Int32Array;
    const how = item.compare?.[output] as string | undefined;
    if (how !== "up_to_relabelling") await run.check(output, found);
    else {
      const reference = Array.from(group.tensor(item.id, output).data);
      if (!sameParts(Array.from(found), reference)) fault(`${output}: other clusters`);
    }
  }
}

/** Whether two labellings give the same clusters. */
function sameParts(a: readonly number[], b: readonly number[]): boolean {
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  return (
    a.length === b.length &&
    a.every((label, i) => {
      const known = pairs.get(label);
      if (known !== undefined) return known === b[i];
      const own = b[i] as number;
      pairs.set(label, own);
      const isFree = !used.has(own);
      used.add(own);
      return isFree;
    })
  );
}

/** Lloyd's iterations from given centres. */
export async function runKMeans(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const model: Model = await make().fit(data.train.x);
  within(run, "rounds", model.nIter, [item.n_iter as number, item.n_iter as number], 0);
  for (const output of item.outputs) {
    const result = await outputOf(output, model, data);
    // only the distances of the first rows are stored
    const [rows = 0] = run.group.tensor(item.id, output).shape;
    const part = output === "transform" ? (result as Tensor).narrow(0, 0, rows) : result;
    await run.check(output, Array.isArray(part) ? matrix(part) : part);
  }
}

/** A mixture after a number of iterations. */
export async function runMixture(run: ClassicRun): Promise<void> {
  const { item, data, group, make } = run;
  const model: Model = await make().fit(data.train.x);
  for (const name of ["aic", "bic"] as const) {
    const known = item[name] as number;
    within(run, name, await model[name](data.train.x), [known, known], 1e-3 * Math.abs(known));
  }
  for (const output of item.outputs) {
    const { shape } = group.tensor(item.id, output);
    const result =
      output === "lower_bound" ? model.lowerBound : await outputOf(output, model, data);
    if (result instanceof Float64Array) {
      await run.check(output, { dtype: "f64", shape, data: async () => result });
    } else await run.check(output, Array.isArray(result) ? matrix(result) : result);
  }
}

const matrix = (rows: readonly ArrayLike<number>[]): unknown => {
  const data = Float64Array.from(rows.flatMap((row) => Array.from(row)));
  return { dtype: "f64", shape: [rows.length, rows[0]?.length ?? 0], data: async () => data };
};

/** scipy's tree of clusters and quantities derived from it. */
export async function runLinkage(run: ClassicRun): Promise<void> {
  const { item, data } = run;
  const [start, end] = item.rows as [number, number];
  const x = data.train.x.narrow(0, start, end - start);
  const options = { method: item.method, metric: item.metric } as classic.LinkageOptions;
  const tree = await classic.linkage(x, options);
  const cuts = item.fcluster as Readonly<Record<string, number>>;
  const labels = (criterion: string): Int32Array =>
    classic.fcluster(tree, cuts[criterion] as number, { criterion } as classic.FclusterOptions);
  const results: Readonly<Record<string, () => unknown>> = {
    Z: () => matrix(tree.map(({ left, right, distance, count }) => [left, right, distance, count])),
    labels_distance: () => labels("distance"),
    labels_maxclust: () => labels("maxclust"),
    labels_inconsistent: () => labels("inconsistent"),
    leaves: () => classic.leavesList(tree),
    leaves_optimal: async () =>
      classic.leavesList(await classic.linkage(x, { ...options, optimalOrdering: true })),
    leaves_count: () => classic.dendrogram(tree, { countSort: "ascending" }).leaves,
    leaves_distance: () => classic.dendrogram(tree, { distanceSort: "ascending" }).leaves,
    cophenetic: () => {
      const [length = 0] = run.group.tensor(item.id, "cophenetic").shape;
      return classic.cophenet(tree).slice(0, length);
    },
    inconsistent: () =>
      matrix(
        classic
          .inconsistent(tree)
          .map(({ mean, deviation, count, coefficient }) => [mean, deviation, count, coefficient]),
      ),
  };
  for (const output of item.outputs) {
    await run.check(output, await (results[output] as () => unknown)());
  }
}
