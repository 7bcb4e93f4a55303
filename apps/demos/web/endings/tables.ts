import type { Ending } from "./ending.ts";

/** Pages that learn from tables of numbers. */
export const tables: Readonly<Record<string, Ending>> = {
  flats: {
    answer:
      "50 m² cost 47.20: the model is a slope and an intercept, and gradient descent finds the same ones as the formula.",
    experiments: [
      {
        try: "Lower the learning rate to 0.003 and start again.",
        expect: "The line turns slowly, and 300 steps are not enough: the price is still off.",
        with: { data: "five", lr: 0.003 },
      },
      {
        try: "Take the four flats with three features.",
        expect:
          "The flat held out is priced 462.46, and really costs 450: three rows say little about four numbers.",
        with: { data: "four" },
      },
      {
        try: "Ask for a flat of 10 m².",
        expect: "The price is negative: a line knows nothing outside of what it has seen.",
      },
    ],
  },
  housing: {
    answer:
      "Rooms alone explain about 37 % of the differences in price between districts; the steps arrive where the exact solution is.",
    experiments: [
      {
        try: "A batch of 1 at the learning rate 0.3.",
        expect: "Steps overshoot, each makes the error larger, and the training diverges.",
        with: { data: "rm", batch: 1, lr: 0.3 },
      },
      {
        try: "Learn from all twelve measures.",
        expect: "R² on held-out rows rises well above that of rooms alone.",
        with: { data: "all" },
      },
      {
        try: "Open the loss landscape when it is trained.",
        expect: "A bowl: of two weights and squared errors there is one lowest point.",
        with: { data: "rm" },
      },
    ],
  },
  trees: {
    answer:
      "A dozen questions explain more than half of the differences in price; many trees together explain more than one.",
    experiments: [
      {
        try: "Let one tree grow 60 leaves.",
        expect:
          "R² on what it learns from rises, on unseen houses it does not follow: it learns by heart.",
        with: { model: "tree", leaves: 60 },
      },
      {
        try: "A forest of 200 trees.",
        expect: "R² on unseen houses is above that of one tree, and more trees never harm.",
        with: { model: "forest", trees: 200 },
      },
      {
        try: "400 rounds of boosting.",
        expect:
          "The error on what it learns from goes on falling; that on unseen houses levels off.",
        with: { model: "boosting", rounds: 400 },
      },
    ],
  },
  pipeline: {
    answer:
      "What has changed is seen in the columns themselves, before a single true price is known: then it is time to look, and to learn again.",
    experiments: [
      {
        try: "Let all new houses come from the north.",
        expect: "Latitude has drifted far past 0.25; other columns are on watch.",
        with: { shift: 1 },
      },
      {
        try: "Let none drift.",
        expect:
          "Every column is stable, though the houses are others: chance alone moves the index little.",
        with: { shift: 0 },
      },
      {
        try: "Compare a width of 4 with 32.",
        expect: "R² on unseen houses hardly gains: what is missing is not width, but data.",
        with: { width: 4 },
      },
    ],
  },
  exam: {
    answer:
      "About 25 hours make a pass as likely as not; how sharply the chance rises there is decided by the penalty.",
    experiments: [
      {
        try: "Take the penalty away.",
        expect:
          "The curve gets steeper and steeper and never ends: no student contradicts the others.",
        with: { penalty: "none" },
      },
      {
        try: "A lot of penalty (C = 0.1).",
        expect: "The slope stays small, and the curve crosses one half in about the same place.",
        with: { penalty: "0.1" },
      },
      {
        try: "Ask for 25 hours, then for 30.",
        expect: "Near the middle an hour changes much, far from it hardly anything.",
      },
    ],
  },
  cancer: {
    answer:
      "The model ranks nearly all tumours rightly (area 0.99); where to warn is a choice between two kinds of error.",
    experiments: [
      {
        try: "Move the threshold to 10 %.",
        expect: "Hardly any malignant tumour is missed, and more benign ones are warned of.",
      },
      {
        try: "Train for 2 epochs only.",
        expect: "Chances are less extreme, but the order is nearly as good already.",
        with: { epochs: 2 },
      },
      {
        try: "The learning rate 0.001.",
        expect: "Chances stay nearer to one half; accuracy comes later than with 0.1.",
        with: { lr: 0.001 },
      },
    ],
  },
  clusters: {
    answer: "k-means finds round groups, of which you must say how many; the names are yours.",
    experiments: [
      {
        try: "Two centres for three kinds of wine.",
        expect: "Two kinds are taken for one, and the agreement falls.",
        with: { data: "wine", k: 2 },
      },
      {
        try: "Eight centres.",
        expect: "Inertia falls, since it always does; the groups mean less.",
        with: { data: "wine", k: 8 },
      },
      {
        try: "The 64 dots of digits, ten centres, several seeds.",
        expect: "It ends in different places: some digits share a centre, others have two.",
        with: { data: "digits", k: 10 },
      },
    ],
  },
  hierarchy: {
    answer: "A tree holds every number of clusters at once; where to cut it is your choice.",
    experiments: [
      {
        try: "Single linkage.",
        expect: "Chains: one cluster swallows nearly all, and agreement falls.",
        with: { linkage: "single" },
      },
      {
        try: "Ward's linkage.",
        expect: "Clusters of similar size, with long branches above them.",
        with: { linkage: "ward" },
      },
      {
        try: "Drag the line down to the leaves.",
        expect: "Every row becomes a cluster of its own, and agreement goes to 0.",
      },
    ],
  },
};
