import type { Tensor } from "@wgrad/autograd";
import { PCA } from "@wgrad/classic";
import { StandardScaler } from "@wgrad/datasets";
import type { LabelledTable } from "@wgrad/datasets/data";
import { accuracy, adjustedRandScore } from "@wgrad/metrics";
import { Linear } from "@wgrad/nn";
import type { Demo, Outcome } from "../shared/demo.ts";
import type { Options } from "../shared/options.ts";
import type { Panel } from "../shared/panel.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { watch } from "../shared/watch.ts";
import { trainEachOrLoad } from "../shared/weights.ts";
import { KMeans } from "./k-means.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { componentsChart } from "./picture.ts";
import { trainSvm } from "./svm.ts";
import { type Figures, parts, problems } from "./tables.ts";

const checks = [
  { measure: "inertia, of scikit-learn's, at most", most: 1.005 },
  { measure: "PCA ratios off scikit-learn's, at most", most: 0.001 },
  { measure: "KNN below scikit-learn's, at most", most: 0.001 },
  { measure: "SVM below LinearSVC, at most", most: 0.03 },
];

/** What belongs together? With and without being told. */
export const clusters: Demo = {
  takes: ["save", "load"],
  checks: {
    quick: checks,
    full: [...checks, { measure: "digits scaled: inertia, of scikit-learn's", most: 1.01 }],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const chosen = problems.slice(0, options.budget === "full" ? 3 : 2);
  const loaded = await Promise.all(
    chosen.map(async (problem) => ({ ...problem, data: await problem.load() })),
  );
  const found: Found[] = [];
  const panels: Panel[] = [];
  heading("Without names: k-means and principal components");
  for (const { name, data, raw, scaled } of loaded) {
    for (const [how, figures] of [
      ["raw", raw],
      ["scaled", scaled],
    ] as const) {
      say(`${name}, ${how}:`);
      const x = how === "raw" ? data.x() : new StandardScaler().fitTransform(data.x()).keep();
      const { panel, ...rest } = await unnamed(x, data);
      found.push({ name: `${name} ${how}`, figures, ...rest });
      const title = `${data.about.title}, ${how}: what each is, and the centres found`;
      if (how === "scaled") panels.push({ title, ...panel });
    }
  }
  table(
    ["", "inertia", "scikit-learn", "ARI", "scikit-learn", "PCA", "scikit-learn"],
    found.map(({ name, inertia, ari, ratios, figures }) => [
      name,
      Number(inertia.toPrecision(6)),
      Number(figures.inertia.toPrecision(6)),
      ari.toFixed(3),
      figures.ari?.toFixed(3) ?? "–",
      ratios.map((ratio) => ratio.toFixed(3)).join(" "),
      figures.ratios.map((ratio) => ratio.toFixed(3)).join(" "),
    ]),
  );
  tell(
    "",
    "Raw, the wine's proline (in hundreds) decides alone; scaled, every measure has its say.",
  );

  heading("With names: neighbours and borders");
  const svms = Object.fromEntries(
    loaded.map(({ name, data }) => [name, new Linear(data.features.length, data.classes.length)]),
  );
  const split = Object.fromEntries(
    await Promise.all(
      loaded.map(async ({ name, data }) => [name, await parts(data, true)] as const),
    ),
  );
  const trainings = loaded.map(({ name }) => {
    const { xTrain, yTrain } = split[name] as (typeof split)[string];
    return [name, () => trainSvm(svms[name] as Linear, xTrain, yTrain, { steps: 300 })] as const;
  });
  await trainEachOrLoad(svms, options, Object.fromEntries(trainings), { name: "hinge loss" });
  const named: Named[] = [];
  for (const { name, data, raw, scaled } of loaded) {
    for (const [how, figures] of [
      ["raw", raw],
      ["scaled", scaled],
    ] as const) {
      const { xTrain, xTest, yTrain, yTest } = await parts(data, how === "scaled");
      const score = async (k: number): Promise<number> => {
        const settings = { k, numClasses: data.classes.length };
        const taken = nearestNeighbours(xTrain, yTrain, xTest, settings);
        return accuracy(taken, yTest).item();
      };
      const svm =
        how === "scaled" ? await accuracy((svms[name] as Linear)(xTest), yTest).item() : null;
      named.push({
        name: `${name} ${how}`,
        knn3: await score(3),
        knn5: await score(5),
        svm,
        figures,
      });
    }
  }
  table(
    ["right of 100", "3 neighbours", "scikit-learn", "5", "scikit-learn", "SVM", "LinearSVC"],
    named.map(({ name, knn3, knn5, svm, figures }) => [
      name,
      percent(knn3),
      percent(figures.knn3),
      percent(knn5),
      percent(figures.knn5),
      svm === null ? "–" : percent(svm),
      percent(figures.svc),
    ]),
  );
  const ratio = ({ inertia, figures }: Found): number => inertia / figures.inertia;
  const strict = found.filter(({ name }) => name !== "digits scaled");
  const loose = found.filter(({ name }) => name === "digits scaled");
  return {
    measures: {
      "inertia, of scikit-learn's, at most": Math.max(...strict.map(ratio)),
      ...(loose[0] !== undefined && {
        "digits scaled: inertia, of scikit-learn's": ratio(loose[0]),
      }),
      "PCA ratios off scikit-learn's, at most": Math.max(
        ...found.flatMap(({ ratios, figures }) =>
          ratios.map((part, i) => Math.abs(part - (figures.ratios[i] as number))),
        ),
      ),
      "KNN below scikit-learn's, at most": Math.max(
        ...named.flatMap(({ knn3, knn5, figures }) => [figures.knn3 - knn3, figures.knn5 - knn5]),
      ),
      "SVM below LinearSVC, at most": Math.max(
        ...named.flatMap(({ svm, figures }) => (svm === null ? [] : [figures.svc - svm])),
      ),
    },
    note: "The SVM is trained on scaled rows only: gradient descent wants features of one size.",
    report: {
      title: "What belongs together?",
      subtitle: "k-means on principal components with wgrad",
      panels,
    },
  };
}

interface Found {
  readonly name: string;
  readonly inertia: number;
  readonly ari: number;
  readonly ratios: readonly number[];
  readonly figures: Figures;
}

interface Named {
  readonly name: string;
  readonly knn3: number;
  readonly knn5: number;
  readonly svm: number | null;
  readonly figures: Figures;
}

const percent = (part: number): string => (100 * part).toFixed(2);

/** Clusters and components of rows whose names are only looked at afterwards. */
async function unnamed(x: Tensor, data: LabelledTable) {
  const kMeans = new KMeans(data.classes.length);
  await watch(kMeans.fit(x), { name: "inertia" });
  const ari = await adjustedRandScore(kMeans.assign(x), data.y());
  const pca = await new PCA({ nComponents: 2 }).fit(x);
  const [points, centres] = [pca.transform(x), pca.transform(kMeans.centres)];
  const classes = Array.from(await data.y().data(), Number);
  return {
    inertia: kMeans.inertia,
    ari,
    ratios: Array.from(pca.explainedVarianceRatio),
    panel: {
      subtitle: `Clusters and classes agree by ${ari.toFixed(2)} (adjusted Rand)`,
      ...componentsChart(
        (await points.data()) as Float32Array,
        classes,
        data.classes,
        (await centres.data()) as Float32Array,
      ),
    },
  };
}
