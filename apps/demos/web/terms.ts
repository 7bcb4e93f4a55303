import { t } from "../src/shared/language.ts";
/** A line on each term, by the name of the setting or the number that it stands beside. */
export const terms: Readonly<Record<string, string>> = {
  // what is set
  lr: t(
    "Learning rate: how far each step goes down the slope. Too small takes forever, too large overshoots and may diverge.",
  ),
  batch: t(
    "Batch: examples looked at for one step. Few make the slope noisy, many make each step slower.",
  ),
  epochs: t("Epoch: one pass through all the training examples."),
  seed: t(
    "Seed: where the random numbers start. The same seed gives the same training, to the last digit.",
  ),
  device: t("Where the numbers are computed: the graphics card (WebGPU) or the processor."),
  noise: t("Noise: how far points are moved at random from where they belong."),
  width: t(
    "Width: units in a layer. More units can draw more complicated borders, and overfit sooner.",
  ),
  depth: t(
    "Hidden layers: stages between input and output. Each builds on what the one before has found.",
  ),
  activation: t(
    "Activation: the nonlinearity that each unit applies to its sum. Without one, any stack of layers is a single straight line.",
  ),
  regularization: t(
    "Regularisation: a penalty on large weights, added to the loss. L1 drives weights to 0, L2 keeps them small.",
  ),
  penalty: t("Regularisation strength: how strongly large weights are penalised."),
  points: t("Points that are learned from; as many others are kept to test with."),
  layers: t("Layers: stages, one after the other. Each builds on what the one before has found."),
  features: t("Width: numbers that stand for each word or character inside of the model."),
  context: t("Context: how far back the model can look."),
  steps: t("Step: one batch is looked at, and every weight is moved a little."),
  pretrain: t("Pretraining: what is learned from other text before the task begins."),
  r: t("Rank: how many directions LoRA may change in each layer. All else stays as it is."),
  temperature: t(
    "Temperature: below 1 the likeliest characters are preferred, above 1 unlikely ones get a chance.",
  ),
  wordDropout: t(
    "Dropout: words left out at random while learning, so that no single one is relied on.",
  ),
  k: t(
    "k: how many groups are looked for. k-means does not find out by itself how many there are.",
  ),
  linkage: t("Linkage: how the distance of two groups is defined."),
  leaves: t(
    "Leaves: ends of the tree. Each says one price, so a tree of 12 leaves knows 12 prices.",
  ),
  trees: t(
    "Forest: many trees, each from other rows and questions. Their mean errs less than one.",
  ),
  rounds: t("Boosting round: a small tree that corrects what all before it got wrong."),
  carts: t("Episodes played at once: more of them make the estimate of what was good less noisy."),
  pictures: t("Examples of each kind that are learned from."),
  labels: t("Labelled sentences: those whose verdict the classifier is told."),
  surface: t("Loss surface: the height is the loss, the two directions are two weights."),
  gamma: t(
    "Discount: what a reward is worth one step later. At 0.9, ten steps away it is worth a third.",
  ),
  epsilon: t("Exploration: how often a move is made at random, to find what is not known yet."),
  threshold: t(
    "Threshold: the chance from which it counts as malignant. Lower finds more and warns more.",
  ),
  shift: t("Drift: data change after a model was trained, and it errs more than it did."),
  dropout: t("Dropout: units switched off at random while learning, so that none is relied on."),
  decay: t("Weight decay: every step shrinks all weights a little."),
  // what is measured
  loss: t("Loss: the one number that training makes small; how wrong the model is, on average."),
  test: t("Test loss: the same on data that the model never learns from."),
  testLoss: t(
    "Test loss: the same on data that the model never learns from. Where it rises while the loss falls, the model overfits.",
  ),
  accuracy: t("Accuracy: the part that is right, of data that the model has not seen."),
  trainAccuracy: t(
    "Accuracy on what is learned from. Far above that on unseen data: it learns by heart.",
  ),
  perplexity: t(
    "Perplexity: e to the cross-entropy. 10 means as unsure as between 10 characters that are equally likely.",
  ),
  r2: t(
    "R²: the part of the differences in price that the model explains. 1 is all, 0 is no better than the mean.",
  ),
  exact: t("The best that any straight line can reach, from the normal equations."),
  learned: t(
    "R² on the rows that are learned from: with enough leaves it reaches 1, and means nothing.",
  ),
  rand: t(
    "Adjusted Rand index: how well groups agree with true classes. 1 is fully, 0 as by chance.",
  ),
  pushes: t(
    "Pushes until the pole falls, when the best move is always taken. 500 is the end of an episode.",
  ),
  related: t("Pairs of words that belong together, found nearer than pairs that do not."),
  error: t(
    "Squared error: the mean of the squared differences between what is drawn and what was there.",
  ),
  ofPca: t(
    "Compared with principal components: below 1 the network loses less than the best straight map.",
  ),
  lora: t(
    "LoRA: beside frozen weights, two thin matrices learn. Hundreds of numbers instead of thousands.",
  ),
  full: t("All weights learn."),
  at25: t("Logistic regression: the chance to pass after 25 hours."),
  slope: t("How much the log-odds rise with each hour."),
  all: t("Cross-entropy: the mean of −log(chance given to what happened), without the penalty."),
  best: t("Height: the loss at the place of the lowest."),
  recall: t("Recall: of the malignant ones, the part that is found."),
  precision: t("Precision: of those called malignant, the part that is."),
  bleu: t(
    "BLEU: how many runs of words the translation shares with a reference. 100 is the same text.",
  ),
  value: t("Value: the reward to expect from the start, discounted, if one plays as it plays."),
  mae: t("Mean absolute error: how far off a price is, on average."),
  rate: t("Steps taken in a second, lately."),
  dispatches: t("Programs started on the graphics card for one step."),
  memory: t("Bytes that the tensors take on the device."),
  parameters: t("Parameters: numbers that training changes."),
};
