import { t } from "../src/shared/language.ts";
import type { Page } from "./page/definition.ts";
import autoencoder from "./pages/autoencoder/icon.svg?raw";
import boundary from "./pages/boundary/icon.svg?raw";
import cancer from "./pages/cancer/icon.svg?raw";
import cartpole from "./pages/cartpole/icon.svg?raw";
import clusters from "./pages/clusters/icon.svg?raw";
import digits from "./pages/digits/icon.svg?raw";
import exam from "./pages/exam/icon.svg?raw";
import finetune from "./pages/finetune/icon.svg?raw";
import flats from "./pages/flats/icon.svg?raw";
import gpt from "./pages/gpt/icon.svg?raw";
import gridworld from "./pages/gridworld/icon.svg?raw";
import hierarchy from "./pages/hierarchy/icon.svg?raw";
import housing from "./pages/housing/icon.svg?raw";
import optimizers from "./pages/optimizers/icon.svg?raw";
import overfit from "./pages/overfit/icon.svg?raw";
import pipeline from "./pages/pipeline/icon.svg?raw";
import sentences from "./pages/sentences/icon.svg?raw";
import sentiment from "./pages/sentiment/icon.svg?raw";
import transfer from "./pages/transfer/icon.svg?raw";
import translate from "./pages/translate/icon.svg?raw";
import trees from "./pages/trees/icon.svg?raw";
import word2vec from "./pages/word2vec/icon.svg?raw";

/** A page as the gallery shows it. */
export interface Entry {
  readonly title: string;
  readonly summary: string;
  /** A small drawing, in the colours of the style sheet. */
  readonly icon: string;
  /** Each is loaded only when it is opened. */
  readonly load: () => Promise<{ readonly page: Page }>;
}

/** The pages, in the order to take them. */
export const pages: Readonly<Record<string, Entry>> = {
  flats: {
    title: t("What does a flat of 50 m² cost?"),
    summary: t("The course's first line: five flats, two numbers, one equation."),
    icon: flats,
    load: () => import("./pages/flats/page.ts"),
  },
  housing: {
    title: t("What is a house worth?"),
    summary: t("A straight line finds its way through real prices."),
    icon: housing,
    load: () => import("./pages/housing/page.ts"),
  },
  trees: {
    title: t("What is a house worth, by questions?"),
    summary: t("A tree grows question by question; a forest and boosting grow beside it."),
    icon: trees,
    load: () => import("./pages/trees/page.ts"),
  },
  pipeline: {
    title: t("What if the world changes?"),
    summary: t("From a table to a price at work, and how one sees that houses have drifted."),
    icon: pipeline,
    load: () => import("./pages/pipeline/page.ts"),
  },
  exam: {
    title: t("How many hours make a pass?"),
    summary: t("A curve from no to yes, and why it needs to be held."),
    icon: exam,
    load: () => import("./pages/exam/page.ts"),
  },
  cancer: {
    title: t("Malignant or benign?"),
    summary: t("A decision, its two kinds of error, and where to warn."),
    icon: cancer,
    load: () => import("./pages/cancer/page.ts"),
  },
  boundary: {
    title: t("Where is the border?"),
    summary: t("A small network bends its border around moons and spirals."),
    icon: boundary,
    load: () => import("./pages/boundary/page.ts"),
  },
  optimizers: {
    title: t("Who is down first?"),
    summary: t("Five optimizers race down the same surface."),
    icon: optimizers,
    load: () => import("./pages/optimizers/page.ts"),
  },
  overfit: {
    title: t("Learned, or learned by heart?"),
    summary: t("A hundred digits, too many weights, and a test loss that rises."),
    icon: overfit,
    load: () => import("./pages/overfit/page.ts"),
  },
  digits: {
    title: t("Which digit is it?"),
    summary: t("Draw one, and see what a convolutional network makes of it."),
    icon: digits,
    load: () => import("./pages/digits/page.ts"),
  },
  transfer: {
    title: t("What is it, from twenty pictures?"),
    summary: t("Draw, or use your camera: a network that has seen a million others tells."),
    icon: transfer,
    load: () => import("./pages/transfer/page.ts"),
  },
  autoencoder: {
    title: t("How few numbers make a picture?"),
    summary: t("A map of digits to walk through, drawn from two numbers."),
    icon: autoencoder,
    load: () => import("./pages/autoencoder/page.ts"),
  },
  word2vec: {
    title: t("Which words belong together?"),
    summary: t("A map of words, drawn by nothing but who stands near whom."),
    icon: word2vec,
    load: () => import("./pages/word2vec/page.ts"),
  },
  sentiment: {
    title: t("Praise or complaint?"),
    summary: t("A network reads your sentence word by word, and shows what it has in mind."),
    icon: sentiment,
    load: () => import("./pages/sentiment/page.ts"),
  },
  sentences: {
    title: t("What means the same?"),
    summary: t("An encoder that others trained finds what is near your sentence."),
    icon: sentences,
    load: () => import("./pages/sentences/page.ts"),
  },
  gpt: {
    title: t("What comes next?"),
    summary: t("A small GPT reads Moby-Dick, and writes while it learns."),
    icon: gpt,
    load: () => import("./pages/gpt/page.ts"),
  },
  translate: {
    title: t("How is that said in Chinese?"),
    summary: t("A small Transformer learns to translate from a compiler's messages."),
    icon: translate,
    load: () => import("./pages/translate/page.ts"),
  },
  finetune: {
    title: t("What does one more thing cost?"),
    summary: t("A GPT that has read a novel is taught speeches: all weights, or a few."),
    icon: finetune,
    load: () => import("./pages/finetune/page.ts"),
  },
  clusters: {
    title: t("What belongs together?"),
    summary: t("k-means finds groups, round by round, without names."),
    icon: clusters,
    load: () => import("./pages/clusters/page.ts"),
  },
  hierarchy: {
    title: t("What is a kind, and what a kind of it?"),
    summary: t("A tree of what is like what, cut where you drag the line."),
    icon: hierarchy,
    load: () => import("./pages/hierarchy/page.ts"),
  },
  gridworld: {
    title: t("Which way to the goal?"),
    summary: t("Walkers that know no map write down what each move was worth."),
    icon: gridworld,
    load: () => import("./pages/gridworld/page.ts"),
  },
  cartpole: {
    title: t("Can it balance a pole?"),
    summary: t("Sixteen carts push, fall, and learn from falling."),
    icon: cartpole,
    load: () => import("./pages/cartpole/page.ts"),
  },
};
