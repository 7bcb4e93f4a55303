import { tensor } from "@wgrad/autograd";
import { TensorDataset } from "@wgrad/datasets";
import { type LabelledPoints, makeCircles, makeMoons, makeSpirals } from "@wgrad/datasets/data";
import { accuracy } from "@wgrad/metrics";
import { Adam } from "@wgrad/optim";
import { trainClassifier } from "../../../src/shared/classifier.ts";
import { floats, integers, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { perceptron } from "./model.ts";

export interface Snapshot {
  /**
   * Chances of the classes at the places of a square grid, row by row from the top: [side, side,
   * classes].
   */
  readonly chances: Float32Array;
  readonly side: number;
  readonly classes: number;
  /** The grid goes from −reach to reach, both ways, around the middle. */
  readonly reach: number;
  readonly middle: readonly [number, number];
  /** Coordinates of the points learned from, in pairs, and their classes. */
  readonly points: Float32Array;
  readonly labels: Int32Array;
}

interface Shape {
  readonly make: (count: number, noise: number) => LabelledPoints;
  readonly classes: number;
  readonly middle: readonly [number, number];
  readonly reach: number;
}

const shapes: Readonly<Record<string, Shape>> = {
  moons: { make: (n, noise) => makeMoons(n, { noise }), classes: 2, middle: [0.5, 0.25], reach: 2 },
  circles: {
    make: (n, noise) => makeCircles(n, { noise, factor: 0.5 }),
    classes: 2,
    middle: [0, 0],
    reach: 1.6,
  },
  spirals: {
    make: (n, noise) => makeSpirals(n, { noise }),
    classes: 2,
    middle: [0, 0],
    reach: 1.3,
  },
  arms: {
    make: (n, noise) => makeSpirals(n, { noise, nClasses: 3 }),
    classes: 3,
    middle: [0, 0],
    reach: 1.3,
  },
};

const SIDE = 56;

/** A small network learns which class is where; fresh points say how well. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const shape = shapes[String(settings.data)] as Shape;
  const { make, classes, middle, reach } = shape;
  const noise = numberOf(settings, "noise");
  const { x, y } = make(400, noise);
  const fresh = make(1000, noise);
  const model = hold(perceptron(numberOf(settings, "width"), classes));
  const at = (i: number, j: number): readonly [number, number] => [
    middle[0] + reach * ((2 * j) / (SIDE - 1) - 1),
    middle[1] + reach * (1 - (2 * i) / (SIDE - 1)),
  ];
  const places = tensor(
    Array.from({ length: SIDE * SIDE }, (_, k) => [...at(Math.floor(k / SIDE), k % SIDE)]),
  );
  hold(x, y, fresh.x, fresh.y, places);
  const batchSize = numberOf(settings, "batch");
  return {
    model,
    inputShape: [batchSize, 2],
    train: (now) =>
      trainClassifier(model, new TensorDataset({ images: x, labels: y }), {
        epochs: Math.ceil(2400 / Math.ceil(400 / batchSize)),
        batchSize,
        optimizer: new Adam(model.parameters(), { lr: numberOf(now, "lr") }),
      }),
    async snapshot() {
      return {
        chances: await floats(() => model(places).softmax(1)),
        points: await floats(() => x),
        labels: await integers(() => y),
        side: SIDE,
        classes,
        middle,
        reach,
      };
    },
    measures: async () => ({
      accuracy: await number(() => accuracy(model(fresh.x), fresh.y)),
    }),
  };
}
