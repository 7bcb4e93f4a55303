import { cat, noGrad, stack, type Tensor, tensor } from "@wgrad/autograd";
import { type LabelledPoints, makeCircles, makeMoons, makeSpirals } from "@wgrad/datasets/data";
import { accuracy } from "@wgrad/metrics";
import { functional as F, Linear, type Module } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { floats, integers, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { activations, perceptron } from "./model.ts";
import { sizesOf } from "./sizes.ts";
import { type Labelled, train } from "./train.ts";

/** A layer's weights, row by row a unit's, and its biases. */
export interface LayerWeights {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

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
  /** The same of some points to test with. */
  readonly testPoints: Float32Array;
  readonly testLabels: Int32Array;
  /** Units of the hidden layers. */
  readonly sizes: readonly number[];
  readonly layers: readonly LayerWeights[];
  /** Of each hidden layer, what its first units answer on a coarser grid: [units, coarse, coarse]. */
  readonly maps: readonly Float32Array[];
  readonly coarse: number;
}

/** A weight, or a bias where `from` is −1. */
export interface Place {
  readonly layer: number;
  readonly to: number;
  readonly from: number;
}

export type Question =
  | (Place & { readonly value: number })
  | { readonly add: readonly [number, number]; readonly label: number }
  | { readonly forget: true }
  | { readonly at: readonly [number, number] };

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

const STEPS = 2401;
const [SIDE, COARSE] = [56, 20];
/** Units of a layer, and points to test with, that are shown. */
export const UNITS = 8;
const TESTS = 200;

/** Points of the visitor's, by the data that they were added to. */
const mine = new Map<string, { x: [number, number][]; y: number[] }>();

/** A small network learns which class is where; fresh points say how well. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const name = String(settings.data);
  const shape = shapes[name] as Shape;
  const { make, classes, middle, reach } = shape;
  const noise = numberOf(settings, "noise");
  const { x, y } = make(400, noise);
  const fresh = make(1000, noise);
  const sizes = sizesOf(settings);
  const activation = activations[String(settings.activation)] as () => Module;
  const model = hold(perceptron(sizes, activation, classes));
  const linears = model.children().filter((layer) => layer instanceof Linear) as Linear[];
  const grid = (side: number): Tensor => tensor(gridOf(side, middle, reach));
  const [places, coarse] = [grid(SIDE), grid(COARSE)];
  hold(x, y, fresh.x, fresh.y, places, coarse);
  const batchSize = numberOf(settings, "batch");
  const added = mine.get(name) ?? { x: [], y: [] };
  mine.set(name, added);
  let kind = String(settings.regularization);
  let strength = Number(settings.penalty ?? 0);

  const points = (): Labelled =>
    noGrad(() => {
      if (added.y.length === 0) return { x, y };
      const more = tensor(added.x.map((at) => [...at]));
      const labels = tensor(added.y, { dtype: y.dtype });
      return { x: cat([x, more]), y: cat([y, labels]) };
    });
  const penalty = (): Tensor | null => {
    if (kind === "none" || strength === 0) return null;
    const sums = linears.map(({ weight }) =>
      (kind === "l1" ? weight.abs() : weight.square()).sum(),
    );
    return stack(sums).sum().mul(strength);
  };
  /** What each hidden layer answers at places. */
  const answers = (at: Tensor): Tensor[] => {
    let h = at;
    const found: Tensor[] = [];
    for (const layer of model.children()) {
      h = (layer as Module)(h);
      if (!(layer instanceof Linear)) found.push(h);
    }
    return found;
  };

  async function snapshot(): Promise<Snapshot> {
    const numbers = await floats(() => cat(model.parameters().map((each) => each.flatten())));
    const take = reader(numbers);
    const layers = linears.map(({ weight }): LayerWeights => {
      const [units = 0, inputs = 0] = weight.shape;
      return { weight: take(units * inputs), bias: take(units) };
    });
    const shown = sizes.map((units) => Math.min(UNITS, units));
    const answered = await floats(() =>
      cat(
        answers(coarse).map((each, i) =>
          each
            .narrow(1, 0, shown[i] as number)
            .t()
            .flatten(),
        ),
      ),
    );
    const next = reader(answered);
    const maps = shown.map((units) => next(units * COARSE * COARSE));
    const now = points();
    return {
      chances: await floats(() => model(places).softmax(1)),
      points: await floats(() => now.x),
      labels: await integers(() => now.y),
      testPoints: await floats(() => fresh.x.narrow(0, 0, TESTS)),
      testLabels: await integers(() => fresh.y.narrow(0, 0, TESTS)),
      side: SIDE,
      classes,
      middle,
      reach,
      sizes,
      layers,
      maps,
      coarse: COARSE,
    };
  }

  return {
    model,
    inputShape: [batchSize, 2],
    train: (now) =>
      train(model, {
        steps: STEPS,
        batchSize,
        optimizer: new Adam(model.parameters(), { lr: numberOf(now, "lr") }),
        points,
        penalty,
      }),
    loss: async () => () => F.crossEntropy(model(x), y),
    snapshot,
    measures: async () => ({
      accuracy: await number(() => accuracy(model(fresh.x), fresh.y)),
      testLoss: await number(() => F.crossEntropy(model(fresh.x), fresh.y)),
    }),
    set(setting, value) {
      if (setting === "regularization") kind = String(value);
      if (setting === "penalty") strength = Number(value);
    },
    async ask(question) {
      const asked = question as Question;
      if ("at" in asked) {
        return floats(() => model(tensor([[...asked.at]])).softmax(1));
      }
      if ("add" in asked) {
        added.x.push([...asked.add]);
        added.y.push(asked.label);
      } else if ("forget" in asked) {
        added.x.length = 0;
        added.y.length = 0;
      } else {
        const { weight, bias } = linears[asked.layer] as Linear;
        const whole = asked.from < 0 ? (bias as Tensor) : weight;
        const values = Float32Array.from(await whole.data(), Number);
        const at = asked.from < 0 ? asked.to : asked.to * (weight.shape[1] as number) + asked.from;
        values[at] = asked.value;
        noGrad(() => whole.copy_(tensor(values, { shape: whole.shape })));
      }
      return snapshot();
    },
  };
}

/** Takes so many numbers after the other. */
function reader(values: Float32Array): (count: number) => Float32Array {
  let at = 0;
  return (count) => {
    at += count;
    return values.slice(at - count, at);
  };
}

/** Places of a square grid, row by row from the top. */
function gridOf(side: number, middle: readonly [number, number], reach: number): number[][] {
  return Array.from({ length: side * side }, (_, k) => [
    middle[0] + reach * ((2 * (k % side)) / (side - 1) - 1),
    middle[1] + reach * (1 - (2 * Math.floor(k / side)) / (side - 1)),
  ]);
}
