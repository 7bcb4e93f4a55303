import { dendrogram, fcluster, type LinkageMethod, linkage } from "@wgrad/classic";
import { adjustedRandScore } from "@wgrad/metrics";
import type { Demo, Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import type { Panel } from "../shared/panel.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { copheneticCorrelation, labelsOf } from "./agree.ts";
import { dendrogramChart } from "./picture.ts";
import { METHODS, type Problem, problems } from "./tables.ts";

const checks = [
  { measure: "agreement off scipy's, at most", most: 0.001 },
  { measure: "cophenetic correlation off scipy's, at most", most: 0.001 },
];

/** What is a kind, and what a kind of it? */
export const hierarchy: Demo = {
  takes: [],
  checks: { quick: checks, full: checks },
  run,
};

interface Found {
  readonly method: LinkageMethod;
  readonly cophenetic: number;
  readonly ari: number;
  readonly figures: { readonly cophenetic: number; readonly ari: number };
  readonly panel: Panel;
}

async function run({ budget }: Options): Promise<Outcome> {
  const chosen = budget === "full" ? problems : problems.slice(0, 1);
  say(
    t(
      "Every row is a cluster of its own. The two that are closest become one, again and again, until all are one: a tree, in which the height of a branch is how far apart its two sides are. Cut it anywhere, and what hangs below is a cluster. How far apart two clusters are is the linkage: their closest rows (single), their farthest (complete), all of them (average), or what the join adds to the squared distances from the centres (ward).",
    ),
  );
  const found: Found[] = [];
  const panels: Panel[] = [];
  for (const problem of chosen) {
    const own = await joined(problem);
    found.push(...own);
    const best = own.reduce((a, b) => (b.ari > a.ari ? b : a));
    panels.push(best.panel);
    const ward = own.at(-1) as Found;
    if (best !== ward) panels.push(ward.panel);
  }
  say(
    "",
    t(
      "What keeps the distances best need not be what finds the classes: single linkage follows chains from row to row.",
    ),
  );
  const most = (of: (one: Found) => number): number => Math.max(...found.map(of));
  return {
    measures: {
      "agreement off scipy's, at most": most(({ ari, figures }) => Math.abs(ari - figures.ari)),
      "cophenetic correlation off scipy's, at most": most(({ cophenetic, figures }) =>
        Math.abs(cophenetic - figures.cophenetic),
      ),
      "best agreement": most(({ ari }) => ari),
    },
    report: {
      title: "What is a kind, and what a kind of it?",
      subtitle: "Hierarchical clustering with wgrad",
      panels,
    },
  };
}

/** One table by every linkage, cut into as many clusters as there are classes. */
async function joined({ name, load, figures }: Problem): Promise<Found[]> {
  const data = await load();
  const [x, y] = [data.x(), data.y()];
  const classes = Array.from(await y.data(), Number);
  const count = data.classes.length;
  heading(t("{title}: {length} rows", { title: data.about.title, length: classes.length }));
  const found: Found[] = [];
  for (const method of METHODS) {
    const merges = await linkage(x, { method });
    const clusters = fcluster(merges, count, { criterion: "maxclust" });
    const ari = await adjustedRandScore(labelsOf(clusters), y);
    const [above = 0, below = 0] = merges
      .slice(-count)
      .map(({ distance }) => distance)
      .toReversed()
      .slice(-2);
    const tree = dendrogram(merges, { countSort: "ascending" });
    found.push({
      method,
      ari,
      cophenetic: await copheneticCorrelation(x, merges),
      figures: figures[method] ?? { cophenetic: Number.NaN, ari: Number.NaN },
      panel: {
        title: `${data.about.title}, ${method} linkage`,
        subtitle: `cut into ${count}: clusters and classes (the strip below) agree by ${ari.toFixed(2)} (adjusted Rand)`,
        ...dendrogramChart(
          { tree, classes, clusters, height: (above + below) / 2 },
          data.classes.map(String),
        ),
      },
    });
  }
  table(
    [name, t("agreement"), "scipy", t("cophenetic correlation"), "scipy"],
    found.map(({ method, ari, cophenetic, figures: { ari: a, cophenetic: c } }) => [
      method,
      ari.toFixed(4),
      a.toFixed(4),
      cophenetic.toFixed(4),
      c.toFixed(4),
    ]),
  );
  return found;
}
