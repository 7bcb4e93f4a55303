import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { StandardScaler, type Table, trainTestIndices } from "@wgrad/datasets";
import { loadSacramento } from "@wgrad/datasets/data";
import { r2Score } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { type Drift, driftReport } from "../../../src/pipeline/drift.ts";
import { preprocessing } from "../../../src/pipeline/houses.ts";
import { Network, train } from "../../../src/pipeline/network.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** Houses that come in: where each is, its real price and what the model says, in $1,000. */
  readonly latitude: Float32Array;
  readonly longitude: Float32Array;
  readonly real: Float32Array;
  readonly predicted: Float32Array;
  /** The same places of the houses that were learned. */
  readonly knownLatitude: Float32Array;
  readonly knownLongitude: Float32Array;
  readonly drifts: readonly Drift[];
  /** Mean absolute error on those that come in, in $1,000. */
  readonly error: number;
}

/** Houses that come in are from north of here, as far as they drift. */
const NORTH = 38.66;
const ARRIVING = 120;

/** From a table to a price, and how one sees that the world has changed. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const { table } = await loadSacramento();
  const rows = trainTestIndices(table.length, { testSize: 0.35, randomState: 42 });
  const [known, held] = [table.take(rows.train), table.take(rows.test)];
  const prepare = await preprocessing().fit(known);
  const scale = new StandardScaler();
  const [x, y] = [await prepare.transform(known), scale.fitTransform(pricesOf(known))];
  const [xHeld, yHeld] = [await prepare.transform(held), pricesOf(held)];
  const model = hold(new Network(x.shape[1] as number, numberOf(settings, "width")));
  hold(x, y, xHeld, yHeld);
  const predict = (features: Tensor): Tensor =>
    noGrad(() => scale.inverseTransform(model(features)).squeeze(1));
  let shift = Number(settings.shift);
  let arriving = await arrive(shift);

  /** Houses that come in now, of which a part is from the north, and costs more. */
  async function arrive(part: number) {
    const latitudes = held.numbers("latitude");
    const all = Array.from(latitudes.keys());
    const north = all.filter((row) => (latitudes[row] as number) > NORTH);
    const chosen = Array.from({ length: ARRIVING }, (_, i) => {
      const from = i < part * ARRIVING ? north : all;
      return from[(i * 7919) % from.length] as number;
    });
    const rows = held.take(chosen);
    return { part, rows, x: await prepare.transform(rows), drifts: await driftReport(known, rows) };
  }

  return {
    model,
    inputShape: [64, x.shape[1] as number],
    train: (now) =>
      train(model, x, y, {
        hidden: numberOf(settings, "width"),
        lr: numberOf(now, "lr"),
        weightDecay: 0.01,
        epochs: numberOf(settings, "epochs"),
        batchSize: 64,
      }),
    loss: async () => () => F.mseLoss(model(x), y),
    async snapshot() {
      if (arriving.part !== shift) arriving = await arrive(shift);
      const { rows, x: features, drifts } = arriving;
      const predicted = await floats(() => predict(features).div(1000));
      const real = Float32Array.from(rows.numbers("price"), (price) => price / 1000);
      const off = predicted.reduce((sum, each, i) => sum + Math.abs(each - (real[i] as number)), 0);
      return {
        latitude: Float32Array.from(rows.numbers("latitude")),
        longitude: Float32Array.from(rows.numbers("longitude")),
        knownLatitude: Float32Array.from(known.numbers("latitude")),
        knownLongitude: Float32Array.from(known.numbers("longitude")),
        real,
        predicted,
        drifts,
        error: off / real.length,
      };
    },
    async measures() {
      const r2 = await number(() => r2Score(predict(xHeld), yHeld.squeeze(1)));
      const error = await number(() => predict(xHeld).sub(yHeld.squeeze(1)).abs().mean().div(1000));
      return { r2, mae: error };
    },
    set(name, value) {
      if (name === "shift") shift = Number(value);
    },
  };
}

/** Prices as a column. */
const pricesOf = (table: Table): Tensor =>
  tensor(Float32Array.from(table.numbers("price"))).unsqueeze(1);
