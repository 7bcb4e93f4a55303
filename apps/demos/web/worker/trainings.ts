import type { Begin } from "./run.ts";

/** What each page trains; loaded when it is asked for. */
export const trainings: Readonly<Record<string, () => Promise<{ readonly begin: Begin }>>> = {
  autoencoder: () => import("../pages/autoencoder/lesson.ts"),
  boundary: () => import("../pages/boundary/lesson.ts"),
  cartpole: () => import("../pages/cartpole/lesson.ts"),
  clusters: () => import("../pages/clusters/lesson.ts"),
  digits: () => import("../pages/digits/lesson.ts"),
  exam: () => import("../pages/exam/lesson.ts"),
  finetune: () => import("../pages/finetune/lesson.ts"),
  gpt: () => import("../pages/gpt/lesson.ts"),
  hierarchy: () => import("../pages/hierarchy/lesson.ts"),
  housing: () => import("../pages/housing/lesson.ts"),
  optimizers: () => import("../pages/optimizers/lesson.ts"),
  sentences: () => import("../pages/sentences/lesson.ts"),
  sentiment: () => import("../pages/sentiment/lesson.ts"),
  transfer: () => import("../pages/transfer/lesson.ts"),
  trees: () => import("../pages/trees/lesson.ts"),
  word2vec: () => import("../pages/word2vec/lesson.ts"),
  cancer: () => import("../pages/cancer/lesson.ts"),
  flats: () => import("../pages/flats/lesson.ts"),
  gridworld: () => import("../pages/gridworld/lesson.ts"),
  overfit: () => import("../pages/overfit/lesson.ts"),
  pipeline: () => import("../pages/pipeline/lesson.ts"),
  translate: () => import("../pages/translate/lesson.ts"),
};
