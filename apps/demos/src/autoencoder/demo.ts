import { noGrad, type Tensor } from "@wgrad/autograd";
import { PCA } from "@wgrad/classic";
import { meanSquaredError } from "@wgrad/metrics";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { ink, type Panel } from "../shared/panel.ts";
import { lossPanel, type Thumbnail, thumbnailChart } from "../shared/panels.ts";
import { heading, table, tell } from "../shared/terminal.ts";
import { trainEachOrLoad } from "../shared/weights.ts";
import { largeDigits, type Pictures, smallDigits } from "./data.ts";
import { Autoencoder } from "./model.ts";
import { train } from "./train.ts";

interface Problem {
  readonly title: string;
  readonly sizes: readonly [inputs: number, hidden: number, code: number];
  readonly load: () => Promise<Pictures>;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
}

const problems = {
  digits: {
    title: "digits of 8×8 dots",
    sizes: [64, 64, 8],
    load: smallDigits,
    epochs: 40,
    batchSize: 64,
    lr: 5e-3,
  },
  mnist: {
    title: "MNIST, 28×28 dots",
    sizes: [784, 128, 16],
    load: largeDigits,
    epochs: 1,
    batchSize: 64,
    lr: 2e-3,
  },
} as const satisfies Record<string, Problem>;

/** How few numbers make a picture? */
export const autoencoder: Demo = {
  takes: ["epochs", "save", "load"],
  checks: {
    quick: [{ measure: "digits: error, of PCA's", most: 1 }],
    full: [
      { measure: "digits: error, of PCA's", most: 0.75 },
      { measure: "mnist: error, of PCA's", most: 0.85 },
    ],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const names = options.budget === "full" ? (["digits", "mnist"] as const) : (["digits"] as const);
  heading(t("A picture through a bottleneck, and out again"));
  tell(
    t(
      "Principal components are the best that can be done with straight lines: a code that is a sum of dots, drawn again as a sum of pictures. A network may bend them.",
    ),
    "",
  );
  const models: Record<string, Autoencoder> = {};
  const data: Record<string, Pictures> = {};
  for (const name of names) {
    models[name] = new Autoencoder(problems[name].sizes);
    data[name] = await problems[name].load();
  }
  const trainings = names.map((name) => {
    const { batchSize, lr, epochs } = problems[name];
    const settings = {
      mean: (data[name] as Pictures).mean,
      epochs: options.epochs ?? (options.budget === "full" ? epochs : 8),
      batchSize,
      lr,
    };
    const { train: pictures } = data[name] as Pictures;
    return [name, () => train(models[name] as Autoencoder, pictures, settings)] as const;
  });
  const curves = await trainEachOrLoad(models, options, Object.fromEntries(trainings));

  const measures: Record<string, number> = {};
  const panels: Panel[] = [];
  const rows: string[][] = [];
  for (const name of names) {
    const { title, sizes } = problems[name];
    const { xTrain, xTest, mean } = data[name] as Pictures;
    const model = models[name] as Autoencoder;
    const pca = await new PCA({ nComponents: sizes[2] }).fit(xTrain);
    const ours = noGrad(() => model(xTest.sub(mean)).add(mean)).keep();
    const theirs = noGrad(() => pca.inverseTransform(pca.transform(xTest))).keep();
    const error = (drawn: Tensor): Promise<number> => meanSquaredError(drawn, xTest).item();
    const flat = noGrad(() => xTest.mul(0).add(mean)).keep();
    const [none, lines, bent] = [await error(flat), await error(theirs), await error(ours)];
    measures[`${name}: error, of PCA's`] = bent / lines;
    const part = (value: number): string => (value / lines).toFixed(3);
    rows.push([
      t("{title}: the mean picture", { title: known(title) }),
      "0",
      none.toFixed(5),
      part(none),
    ]);
    rows.push([
      t("{title}: principal components", { title: known(title) }),
      String(sizes[2]),
      lines.toFixed(5),
      part(lines),
    ]);
    rows.push([
      t("{title}: autoencoder", { title: known(title) }),
      String(sizes[2]),
      bent.toFixed(5),
      part(bent),
    ]);
    panels.push({
      title: `${sizes[0]} dots as ${sizes[2]} numbers, and drawn again`,
      subtitle: `${title}: ${(100 * (bent / lines)).toFixed(0)} % of the error of as many principal components`,
      ...(await drawings({ "as it is": xTest, network: ours, PCA: theirs }, Math.sqrt(sizes[0]))),
    });
    panels.push(...lossPanel(curves[name] ?? [], { title: `The loss on the way, ${title}` }));
  }
  table([t("fresh pictures"), t("numbers"), t("squared error"), t("of PCA's")], rows);
  return {
    measures,
    report: {
      title: "How few numbers make a picture?",
      subtitle: "Autoencoders with wgrad, beside principal components of the same width",
      panels,
    },
  };
}

const SHOWN = 8;

/** The first pictures of each kind, a row each. */
async function drawings(kinds: Readonly<Record<string, Tensor>>, width: number) {
  const pictures: Thumbnail[] = [];
  for (const [caption, x] of Object.entries(kinds)) {
    const pixels = await noGrad(() => x.narrow(0, 0, SHOWN)).data();
    const size = width ** 2;
    for (let i = 0; i < SHOWN; i++) {
      const color = caption === "network" ? ink.data : ink.quiet;
      const drawn = Array.from(pixels.subarray(i * size, (i + 1) * size), Number);
      pictures.push({ pixels: drawn, width, caption, color });
    }
  }
  return thumbnailChart(pictures, SHOWN, 76);
}
