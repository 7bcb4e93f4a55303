import { type Tensor, tensor } from "@wgrad/autograd";
import { KMeans, KNeighborsClassifier, LinearSVC, PCA } from "@wgrad/classic";
import { StandardScaler } from "@wgrad/datasets";
import type { LabelledTable } from "@wgrad/datasets/data";
import { adjustedRandScore } from "@wgrad/metrics";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import type { Panel } from "../shared/panel.ts";
import { heading, table, tell } from "../shared/terminal.ts";
import { componentsChart } from "./picture.ts";
import { type Figures, parts, problems } from "./tables.ts";

const checks = [
  { measure: "inertia, of scikit-learn's, at most", most: 1.005 },
  { measure: "PCA ratios off scikit-learn's, at most", most: 0.001 },
  { measure: "KNN below scikit-learn's, at most", most: 0.001 },
  { measure: "LinearSVC below scikit-learn's, at most", most: 0.001 },
];

/** What belongs together? With and without being told. */
export const clusters: Demo = {
  takes: [],
  checks: {
    quick: checks,
    full: [...checks, { measure: "digits scaled: inertia, of scikit-learn's", most: 1.01 }],
  },
  run: lesson,
};

/** A table as it is measured, or with every measure scaled to one size. */
interface Case {
  readonly name: string;
  readonly isScaled: boolean;
  readonly data: LabelledTable;
  /** What scikit-learn finds. */
  readonly figures: Figures;
}

async function lesson({ budget, seed }: Options): Promise<Outcome> {
  const cases = await Promise.all(
    problems.slice(0, budget === "full" ? 3 : 2).map(async ({ name, load, raw, scaled }) => {
      const data = await load();
      return [
        { name: `${name} raw`, isScaled: false, data, figures: raw },
        { name: `${name} scaled`, isScaled: true, data, figures: scaled },
      ];
    }),
  ).then((pairs) => pairs.flat());

  heading(t("Without names: k-means and principal components"));
  const found: (Case & Unnamed)[] = [];
  for (const each of cases) found.push({ ...each, ...(await unnamed(each, seed)) });
  table(
    ["", t("inertia"), "scikit-learn", "ARI", "scikit-learn", "PCA", "scikit-learn"],
    found.map(({ name, inertia, ari, ratios, figures }) => [
      known(name),
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
    t("Raw, the wine's proline (in hundreds) decides alone; scaled, every measure has its say."),
  );

  heading(t("With names: neighbours and borders"));
  const named: (Case & Named)[] = [];
  for (const each of cases) named.push({ ...each, ...(await withNames(each, seed)) });
  table(
    [
      t("right of 100"),
      t("3 neighbours"),
      "scikit-learn",
      "5",
      "scikit-learn",
      "LinearSVC",
      "scikit-learn",
    ],
    named.map(({ name, knn3, knn5, svm, figures }) => [
      known(name),
      percent(knn3),
      percent(figures.knn3),
      percent(knn5),
      percent(figures.knn5),
      percent(svm),
      percent(figures.svc),
    ]),
  );

  tell(
    "",
    t(
      "LinearSVC finds scikit-learn's borders on raw measures, too: Newton's method takes measures of any size.",
    ),
  );

  const ratio = ({ inertia, figures }: (typeof found)[number]): number => inertia / figures.inertia;
  const isLoose = ({ name }: Case): boolean => name === "digits scaled";
  const loose = found.find(isLoose);
  return {
    measures: {
      "inertia, of scikit-learn's, at most": Math.max(
        ...found.filter((each) => !isLoose(each)).map(ratio),
      ),
      ...(loose !== undefined && { "digits scaled: inertia, of scikit-learn's": ratio(loose) }),
      "PCA ratios off scikit-learn's, at most": Math.max(
        ...found.flatMap(({ ratios, figures }) =>
          ratios.map((part, i) => Math.abs(part - (figures.ratios[i] as number))),
        ),
      ),
      "KNN below scikit-learn's, at most": Math.max(
        ...named.flatMap(({ knn3, knn5, figures }) => [figures.knn3 - knn3, figures.knn5 - knn5]),
      ),
      "LinearSVC below scikit-learn's, at most": Math.max(
        ...named.map(({ svm, figures }) => figures.svc - svm),
      ),
    },
    report: {
      title: "What belongs together?",
      subtitle: "k-means on principal components with wgrad",
      panels: found.flatMap(({ isScaled, panel }) => (isScaled ? [panel] : [])),
    },
  };
}

const percent = (part: number): string => (100 * part).toFixed(2);

interface Unnamed {
  readonly inertia: number;
  readonly ari: number;
  readonly ratios: readonly number[];
  readonly panel: Panel;
}

/** Clusters and components of rows whose names are only looked at afterwards. */
async function unnamed({ data, isScaled }: Case, randomState: number): Promise<Unnamed> {
  const x = isScaled ? new StandardScaler().fitTransform(data.x()).keep() : data.x();
  const kMeans = new KMeans({ nClusters: data.classes.length, nInit: 10, randomState });
  await kMeans.fit(x);
  const ari = await adjustedRandScore(tensor(kMeans.labels), data.y());
  const pca = await new PCA({ nComponents: 2 }).fit(x);
  const read = async (rows: Tensor): Promise<Float32Array> =>
    (await pca.transform(rows).data()) as Float32Array;
  const centres = tensor(kMeans.clusterCenters.map((centre) => [...centre]));
  const classes = Array.from(await data.y().data(), Number);
  return {
    inertia: kMeans.inertia,
    ari,
    ratios: Array.from(pca.explainedVarianceRatio),
    panel: {
      title: `${data.about.title}, scaled`,
      subtitle: `rings are centres; clusters agree with classes by ${ari.toFixed(2)}`,
      ...componentsChart(await read(x), classes, data.classes, await read(centres)),
    },
  };
}

/** The part of the rows held out that is named right. */
interface Named {
  readonly knn3: number;
  readonly knn5: number;
  readonly svm: number;
}

async function withNames({ data, isScaled }: Case, randomState: number): Promise<Named> {
  const { xTrain, xTest, yTrain, yTest } = await parts(data, isScaled);
  const score = async (model: KNeighborsClassifier | LinearSVC): Promise<number> =>
    (await model.fit(xTrain, yTrain)).score(xTest, yTest);
  return {
    knn3: await score(new KNeighborsClassifier({ nNeighbors: 3 })),
    knn5: await score(new KNeighborsClassifier()),
    svm: await score(new LinearSVC({ randomState })),
  };
}
