import { t } from "../../src/shared/language.ts";
import type { Endings } from "./ending.ts";

/** Pages that learn from tables of numbers. */
export const tables: Endings = {
  flats: () => ({
    answer: t(
      "50 m² cost 47.20: the model is a slope and an intercept, and gradient descent finds the same ones as the formula.",
    ),
    experiments: [
      {
        try: t("Lower the learning rate to 0.003 and start again."),
        expect: t("The line turns slowly, and 300 steps are not enough: the price is still off."),
        with: { data: "five", lr: 0.003 },
      },
      {
        try: t("Take the four flats with three features."),
        expect: t(
          "The flat held out is priced 462.46, and really costs 450: three rows say little about four numbers.",
        ),
        with: { data: "four" },
      },
      {
        try: t("Ask for a flat of 10 m²."),
        expect: t("The price is negative: a line knows nothing outside of what it has seen."),
      },
    ],
  }),
  housing: () => ({
    answer: t(
      "Rooms alone explain about 37 % of the differences in price between districts; the steps arrive where the exact solution is.",
    ),
    experiments: [
      {
        try: t("A batch of 1 at the learning rate 0.3."),
        expect: t("Steps overshoot, each makes the error larger, and the training diverges."),
        with: { data: "rm", batch: 1, lr: 0.3 },
      },
      {
        try: t("Learn from all twelve measures."),
        expect: t("R² on held-out rows rises well above that of rooms alone."),
        with: { data: "all" },
      },
      {
        try: t("Open the loss landscape when it is trained."),
        expect: t("A bowl: of two weights and squared errors there is one lowest point."),
        with: { data: "rm" },
      },
    ],
  }),
  trees: () => ({
    answer: t(
      "A dozen questions explain more than half of the differences in price; many trees together explain more than one.",
    ),
    experiments: [
      {
        try: t("Let one tree grow 60 leaves."),
        expect: t(
          "R² on what it learns from rises, on unseen houses it does not follow: it learns by heart.",
        ),
        with: { model: "tree", leaves: 60 },
      },
      {
        try: t("A forest of 200 trees."),
        expect: t("R² on unseen houses is above that of one tree, and more trees never harm."),
        with: { model: "forest", trees: 200 },
      },
      {
        try: t("400 rounds of boosting."),
        expect: t(
          "The error on what it learns from goes on falling; that on unseen houses levels off.",
        ),
        with: { model: "boosting", rounds: 400 },
      },
    ],
  }),
  pipeline: () => ({
    answer: t(
      "What has changed is seen in the columns themselves, before a single true price is known: then it is time to look, and to learn again.",
    ),
    experiments: [
      {
        try: t("Let all new houses come from the north."),
        expect: t("Latitude has drifted far past 0.25; other columns are on watch."),
        with: { shift: 1 },
      },
      {
        try: t("Let none drift."),
        expect: t(
          "Every column is stable, though the houses are others: chance alone moves the index little.",
        ),
        with: { shift: 0 },
      },
      {
        try: t("Compare a width of 4 with 32."),
        expect: t("R² on unseen houses hardly gains: what is missing is not width, but data."),
        with: { width: 4 },
      },
    ],
  }),
  exam: () => ({
    answer: t(
      "About 25 hours make a pass as likely as not; how sharply the chance rises there is decided by the penalty.",
    ),
    experiments: [
      {
        try: t("Take the penalty away."),
        expect: t(
          "The curve gets steeper and steeper and never ends: no student contradicts the others.",
        ),
        with: { penalty: "none" },
      },
      {
        try: t("A lot of penalty (C = 0.1)."),
        expect: t("The slope stays small, and the curve crosses one half in about the same place."),
        with: { penalty: "0.1" },
      },
      {
        try: t("Ask for 25 hours, then for 30."),
        expect: t("Near the middle an hour changes much, far from it hardly anything."),
      },
    ],
  }),
  cancer: () => ({
    answer: t(
      "The model ranks nearly all tumours rightly (area 0.99); where to warn is a choice between two kinds of error.",
    ),
    experiments: [
      {
        try: t("Move the threshold to 10 %."),
        expect: t("Hardly any malignant tumour is missed, and more benign ones are warned of."),
      },
      {
        try: t("Train for 2 epochs only."),
        expect: t("Chances are less extreme, but the order is nearly as good already."),
        with: { epochs: 2 },
      },
      {
        try: t("The learning rate 0.001."),
        expect: t("Chances stay nearer to one half; accuracy comes later than with 0.1."),
        with: { lr: 0.001 },
      },
    ],
  }),
  clusters: () => ({
    answer: t("k-means finds round groups, of which you must say how many; the names are yours."),
    experiments: [
      {
        try: t("Two centres for three kinds of wine."),
        expect: t("Two kinds are taken for one, and the agreement falls."),
        with: { data: "wine", k: 2 },
      },
      {
        try: t("Eight centres."),
        expect: t("Inertia falls, since it always does; the groups mean less."),
        with: { data: "wine", k: 8 },
      },
      {
        try: t("The 64 dots of digits, ten centres, several seeds."),
        expect: t("It ends in different places: some digits share a centre, others have two."),
        with: { data: "digits", k: 10 },
      },
    ],
  }),
  hierarchy: () => ({
    answer: t("A tree holds every number of clusters at once; where to cut it is your choice."),
    experiments: [
      {
        try: t("Single linkage."),
        expect: t("Chains: one cluster swallows nearly all, and agreement falls."),
        with: { linkage: "single" },
      },
      {
        try: t("Ward's linkage."),
        expect: t("Clusters of similar size, with long branches above them."),
        with: { linkage: "ward" },
      },
      {
        try: t("Drag the line down to the leaves."),
        expect: t("Every row becomes a cluster of its own, and agreement goes to 0."),
      },
    ],
  }),
};
