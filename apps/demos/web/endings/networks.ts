import { t } from "../../src/shared/language.ts";
import type { Endings } from "./ending.ts";

/** Pages of networks, and of what moves them. */
export const networks: Endings = {
  boundary: () => ({
    answer: t(
      "The border is where the network is undecided. Each unit bends it once; layers bend what is bent already.",
    ),
    experiments: [
      {
        try: t("No activation, on a circle in a circle."),
        expect: t("However many layers there are, the border stays a straight line."),
        with: { data: "circles", activation: "linear" },
      },
      {
        try: t("Two units in one hidden layer, on spirals."),
        expect: t("Too few bends: it never gets the spirals apart."),
        with: { data: "spirals", width: 2, depth: 1 },
      },
      {
        try: t("L1 regularisation of 0.01 while it trains."),
        expect: t("Most lines get thin: weights that are not needed go to 0."),
        with: { regularization: "l1", penalty: 0.01 },
      },
    ],
  }),
  optimizers: () => ({
    answer: t(
      "There is no best one: who is first depends on the surface and on each one's learning rate.",
    ),
    experiments: [
      {
        try: t("The narrow bowl at the multiplier 5."),
        expect: t("What was fast on the curved valley is not the first here."),
        with: { surface: "bowl", lr: 5 },
      },
      {
        try: t("The multiplier 10 on the curved valley."),
        expect: t("Plain descent flies off; those that measure each direction stay."),
        with: { surface: "valley", lr: 10 },
      },
      {
        try: t("Himmelblau's four hollows."),
        expect: t("From one start different optimizers may end in different hollows."),
        with: { surface: "hollows" },
      },
    ],
  }),
  overfit: () => ({
    answer: t("A training loss of zero proves nothing: only held-out data show what was learned."),
    experiments: [
      {
        try: t("Dropout 0.5 and weight decay 1."),
        expect: t(
          "The training loss falls more slowly, and the gap to the test loss gets smaller.",
        ),
        with: { dropout: 0.5, decay: 1 },
      },
      {
        try: t("800 digits instead of 100."),
        expect: t("The test loss ends much lower: more data helps most."),
        with: { points: 800 },
      },
      {
        try: t("50 digits."),
        expect: t("The network still learns all of them by heart; the test loss ends higher."),
        with: { points: 50 },
      },
    ],
  }),
  digits: () => ({
    answer: t(
      "After a few seconds it reads nineteen of twenty unseen digits, and most of its mistakes look doubtful to us too.",
    ),
    experiments: [
      {
        try: t("Draw a 1 in a corner, very small."),
        expect: t("It is read all the same: the drawing is brought to the size of the data first."),
      },
      {
        try: t("The learning rate 0.1."),
        expect: t("The loss jumps, many units may die, and accuracy stays low."),
        with: { lr: 0.1 },
      },
      {
        try: t("A batch of 256."),
        expect: t("Fewer and smoother steps: after as many passes it has learned less."),
        with: { batch: 256 },
      },
    ],
  }),
  transfer: () => ({
    answer: t(
      "Twenty pictures are enough when the features come from a network that has seen a million others.",
    ),
    experiments: [
      {
        try: t("Give it a drawing of yours, and train again."),
        expect: t("Drawings in your hand are told better, without forgetting the others."),
      },
      {
        try: t("Fewer pictures of each kind."),
        expect: t("Accuracy falls slowly: the features do most of the work."),
      },
      {
        try: t("Turn your drawing upside down."),
        expect: t("It is less sure: nobody has shown it such pictures."),
      },
    ],
  }),
  autoencoder: () => ({
    answer: t(
      "Two numbers keep a digit's rough shape, and lose less than the best straight map (PCA) does.",
    ),
    experiments: [
      {
        try: t("A width of 8."),
        expect: t("The squared error ends higher: encoder and decoder can bend the map less."),
        with: { width: 8 },
      },
      {
        try: t("Walk from a 0 to a 1."),
        expect: t("Between them it draws shapes that are neither, as no one has written them."),
      },
      {
        try: t("Another seed."),
        expect: t("The map is another one, but the same digits lie together again."),
      },
    ],
  }),
  gridworld: () => ({
    answer: t(
      "The walker needs no map: what each move is worth spreads backwards from the goal until every cell knows its way.",
    ),
    experiments: [
      {
        try: t("A discount of 0.3."),
        expect: t(
          "Far from the goal everything is worth nearly nothing, and news of it hardly arrives.",
        ),
        with: { gamma: 0.3 },
      },
      {
        try: t("One walker instead of 18."),
        expect: t("It tries fewer moves: after as many steps some cells do not know their way."),
        with: { walkers: 1 },
      },
      {
        try: t("The learning rate 0.01."),
        expect: t("Each surprise counts for little: the worth of cells far away stays near 0."),
        with: { lr: 0.01 },
      },
    ],
  }),
  cartpole: () => ({
    answer: t("Yes: from falling alone, without anybody telling it how to push."),
    experiments: [
      {
        try: t("Four carts instead of sixteen."),
        expect: t("Each estimate is noisier, and learning jumps up and down."),
        with: { carts: 4 },
      },
      {
        try: t("A large learning rate."),
        expect: t("It may forget in one step what it could already do."),
        with: { lr: 0.1 },
      },
      {
        try: t("Deep Q-learning instead of policy gradient."),
        expect: t("It learns from old pushes too; the curve is less steady."),
        with: { way: "deep-q" },
      },
    ],
  }),
};
