import { defaultGenerator, Generator, rand, randperm, tensor } from "@wgrad/autograd";
import { type MobileNetV2, mobileNetV2FromKeras, type TfjsWeight } from "@wgrad/models";
import { BatchNorm1d, functional as F, Linear, Sequential } from "@wgrad/nn";
import { AdamW } from "@wgrad/optim";
import mobileNetWeights from "packed/mobilenet-v2.bin.gz?url";
import mobileNetDescription from "packed/mobilenet-v2.json.gz?url";
import { t } from "../../../src/shared/language.ts";
import { featuresOf } from "../../../src/transfer/features.ts";
import { drawingOf, type Kind, kinds, NUMBERS, SIDE } from "../../../src/transfer/kinds.ts";
import { floats } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { tfjsModel } from "../../worker/unpack.ts";
import { pixelsOf } from "./canvas.ts";

/** A picture with its features, once the backbone has looked at it. */
interface Example {
  readonly pixels: Float32Array;
  readonly label: number;
  features: Float32Array | null;
}

/** What the network makes of the user's picture. */
export interface Reading {
  /** Three channels after one another, from 0 to 1. */
  readonly picture: Float32Array;
  /** The chance of each kind. */
  readonly chances: Float32Array;
  /** Pictures that the user has given to each kind. */
  readonly given: readonly number[];
}

export interface Snapshot extends Reading {
  /** A drawing of each kind that it learns from; null but for the first time. */
  readonly samples: readonly Float32Array[] | null;
}

/**
 * A picture to read from now on, and the kind that it is given to; or all that were given are taken
 * away.
 */
export type Question =
  | { readonly picture: Float32Array; readonly teach?: number }
  | { readonly fresh: number }
  | { readonly forget: true };

const BATCH = 20;
const WIDTH = 96;
/** Drawings of each kind that are made, and how many of them none learns from. */
const [DRAWN, ASKED] = [40, 8];

/** Kept for the visit: what the user gives stays when a training begins anew. */
const given: Example[] = [];

/**
 * A line of weights learns five kinds from a few pictures each, on what MobileNetV2's layers see.
 */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const { backbone, drawn, asked } = await pictures(fetch);
  const each = numberOf(settings, "pictures");
  const norm = new BatchNorm1d(WIDTH, { affine: false });
  const model = hold(new Sequential(norm, new Linear(WIDTH, kinds.length)));
  const learned = drawn.slice(0, each * kinds.length);
  let shown = asked[0] as Example;
  let samples: readonly Float32Array[] | null = kinds.map((_, k) =>
    (drawn[k] as Example).pixels.slice(),
  );

  /** The features of these, of which the backbone looks at those that it has not seen. */
  async function rowsOf(examples: readonly Example[]) {
    const fresh = examples.filter(({ features }) => features === null);
    for (let at = 0; at < fresh.length; at += BATCH) {
      const some = fresh.slice(at, at + BATCH);
      const values = await floats(() => {
        const pixels = new Float32Array(some.length * 3 * SIDE * SIDE);
        some.forEach((one, i) => {
          pixels.set(one.pixels, i * 3 * SIDE * SIDE);
        });
        return featuresOf(backbone, tensor(pixels, { shape: [some.length, 3, SIDE, SIDE] }));
      });
      some.forEach((one, i) => {
        one.features = values.slice(i * WIDTH, (i + 1) * WIDTH);
      });
    }
    const all = new Float32Array(examples.length * WIDTH);
    examples.forEach(({ features }, i) => {
      all.set(features as Float32Array, i * WIDTH);
    });
    return tensor(all, { shape: [examples.length, WIDTH] });
  }
  /** Chances of each kind, a row a picture, in evaluation mode. */
  async function judge(examples: readonly Example[]): Promise<Float32Array> {
    const rows = await rowsOf(examples);
    model.eval();
    try {
      return await floats(() => model(rows).softmax(1));
    } finally {
      model.train();
    }
  }
  const read = async (): Promise<Reading> => ({
    picture: shown.pixels.slice(),
    chances: await judge([shown]),
    given: kinds.map((_, k) => given.filter(({ label }) => label === k).length),
  });

  return {
    model,
    inputShape: [BATCH, WIDTH],
    async *train(now) {
      const epochs = numberOf(now, "epochs");
      const lr = numberOf(now, "lr");
      const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0.1 });
      let step = 0;
      for (let epoch = 0; epoch < epochs; epoch++) {
        const all = [...learned, ...given];
        const batches = Math.ceil(all.length / BATCH);
        const order = Array.from(await randperm(all.length).data(), Number);
        for (let batch = 0; batch < batches; batch++) {
          // as even as can be: a batch of one has no deviation
          const ends = [batch, batch + 1].map((k) => Math.round((k * all.length) / batches));
          const some = order.slice(...(ends as [number, number])).map((i) => all[i] as Example);
          const x = await rowsOf(some);
          const y = tensor(Int32Array.from(some, ({ label }) => label));
          const loss = F.crossEntropy(model(x), y);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          yield {
            step: ++step,
            steps: step + (epochs - epoch) * batches - batch - 1,
            loss,
            optimizer,
          };
        }
      }
    },
    async loss() {
      const some = learned.slice(0, 60);
      const x = await rowsOf(some);
      const y = tensor(Int32Array.from(some, ({ label }) => label));
      return () => F.crossEntropy(model(x), y);
    },
    async snapshot() {
      const first = samples;
      samples = null;
      return { ...(await read()), samples: first };
    },
    async measures() {
      const chances = await judge(asked);
      const right = asked.filter(({ label }, i) => {
        const row = chances.subarray(i * kinds.length, (i + 1) * kinds.length);
        return row.indexOf(Math.max(...row)) === label;
      });
      return { accuracy: right.length / asked.length };
    },
    async ask(question) {
      const put = question as Question;
      if ("forget" in put) given.length = 0;
      else if ("fresh" in put) shown = asked[put.fresh % asked.length] as Example;
      else {
        shown = { pixels: put.picture, label: put.teach ?? -1, features: null };
        if (put.teach !== undefined) given.push(shown);
      }
      return read();
    },
  };
}

interface Pictures {
  readonly backbone: MobileNetV2;
  readonly drawn: readonly Example[];
  readonly asked: readonly Example[];
}

let loaded: Promise<Pictures> | null = null;

/** The backbone and the drawings, kept for the visit. */
function pictures(fetch: Desk["fetch"]): Promise<Pictures> {
  const load = async (): Promise<Pictures> => {
    const { tensors } = await tfjsModel<{ weights: TfjsWeight[] }>(
      await fetch(mobileNetWeights, t("MobileNetV2's layers")),
      await fetch(mobileNetDescription, t("their names")),
    );
    // Layers that are made draw weights, which the file replaces: a training has the same numbers
    // whether they were made before it or not.
    const random = defaultGenerator().getState();
    try {
      return {
        backbone: mobileNetV2FromKeras(tensors),
        drawn: await draw(DRAWN, 1),
        asked: await draw(ASKED, 1_000_003),
      };
    } finally {
      defaultGenerator().setState(random);
    }
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

/** So many drawings of every kind. */
async function draw(each: number, seed: number): Promise<Example[]> {
  const count = each * kinds.length;
  const numbers = await rand([count * NUMBERS], { generator: new Generator(seed) }).data();
  let next = 0;
  const random = (): number => numbers[next++] as number;
  return Array.from({ length: count }, (_, i) => {
    const label = i % kinds.length;
    return { pixels: pixelsOf(drawingOf(kinds[label] as Kind, random)), label, features: null };
  });
}
