import type { Ending } from "./ending.ts";

/** Pages of networks, and of what moves them. */
export const networks: Readonly<Record<string, Ending>> = {
  boundary: {
    answer:
      "The border is where the network is undecided. Each unit bends it once; layers bend what is bent already.",
    experiments: [
      {
        try: "No activation, on a circle in a circle.",
        expect: "However many layers there are, the border stays a straight line.",
        with: { data: "circles", activation: "linear" },
      },
      {
        try: "Two units in one hidden layer, on spirals.",
        expect: "Too few bends: it never gets the spirals apart.",
        with: { data: "spirals", width: 2, depth: 1 },
      },
      {
        try: "L1 regularisation of 0.01 while it trains.",
        expect: "Most lines get thin: weights that are not needed go to 0.",
        with: { regularization: "l1", penalty: 0.01 },
      },
    ],
  },
  optimizers: {
    answer:
      "There is no best one: who is first depends on the surface and on each one's learning rate.",
    experiments: [
      {
        try: "The narrow bowl at the multiplier 5.",
        expect: "What was fast on the curved valley is not the first here.",
        with: { surface: "bowl", lr: 5 },
      },
      {
        try: "The multiplier 10 on the curved valley.",
        expect: "Plain descent flies off; those that measure each direction stay.",
        with: { surface: "valley", lr: 10 },
      },
      {
        try: "Himmelblau's four hollows.",
        expect: "From one start different optimizers may end in different hollows.",
        with: { surface: "hollows" },
      },
    ],
  },
  overfit: {
    answer:
      "A training loss of nothing proves nothing: only data that were kept away show what was learned.",
    experiments: [
      {
        try: "Dropout 0.5 and weight decay 1.",
        expect: "The training loss falls more slowly, and the gap to the test loss gets smaller.",
        with: { dropout: 0.5, decay: 1 },
      },
      {
        try: "800 digits instead of 100.",
        expect: "The test loss ends much lower: more data help most.",
        with: { points: 800 },
      },
      {
        try: "50 digits.",
        expect: "The network still learns all of them by heart; the test loss ends higher.",
        with: { points: 50 },
      },
    ],
  },
  digits: {
    answer:
      "After seconds it reads nineteen of twenty unseen digits, and most of its mistakes look doubtful to us too.",
    experiments: [
      {
        try: "Draw a 1 in a corner, very small.",
        expect: "It is read all the same: the drawing is brought to the size of the data first.",
      },
      {
        try: "The learning rate 0.1.",
        expect: "The loss jumps, many units may die, and accuracy stays low.",
        with: { lr: 0.1 },
      },
      {
        try: "A batch of 256.",
        expect: "Fewer and smoother steps: after as many passes it has learned less.",
        with: { batch: 256 },
      },
    ],
  },
  transfer: {
    answer:
      "Twenty pictures are enough when the features come from a network that has seen a million others.",
    experiments: [
      {
        try: "Give it a drawing of yours, and train again.",
        expect: "Drawings in your hand are told better, without forgetting the others.",
      },
      {
        try: "Fewer pictures of each kind.",
        expect: "Accuracy falls slowly: the features do most of the work.",
      },
      {
        try: "Turn your drawing upside down.",
        expect: "It is less sure: nobody has shown it such pictures.",
      },
    ],
  },
  autoencoder: {
    answer:
      "Two numbers keep a digit's rough shape, and lose less than the best straight map (PCA) does.",
    experiments: [
      {
        try: "A width of 8.",
        expect: "The squared error ends higher: encoder and decoder can bend the map less.",
        with: { width: 8 },
      },
      {
        try: "Walk from a 0 to a 1.",
        expect: "Between them it draws shapes that are neither, as no one has written them.",
      },
      {
        try: "Another seed.",
        expect: "The map is another one, but the same digits lie together again.",
      },
    ],
  },
  gridworld: {
    answer:
      "The walker needs no map: what each move is worth spreads backwards from the goal until every cell knows its way.",
    experiments: [
      {
        try: "A discount of 0.3.",
        expect:
          "Far from the goal everything is worth nearly nothing, and news of it hardly arrives.",
        with: { gamma: 0.3 },
      },
      {
        try: "One walker instead of 18.",
        expect: "It tries fewer moves: after as many steps some cells do not know their way.",
        with: { walkers: 1 },
      },
      {
        try: "The learning rate 0.01.",
        expect: "Each surprise counts for little: the worth of cells far away stays near 0.",
        with: { lr: 0.01 },
      },
    ],
  },
  cartpole: {
    answer: "Yes: from falling alone, without anybody telling it how to push.",
    experiments: [
      {
        try: "Four carts instead of sixteen.",
        expect: "Each estimate is noisier, and learning jumps up and down.",
        with: { carts: 4 },
      },
      {
        try: "A large learning rate.",
        expect: "It may forget in one step what it could already do.",
        with: { lr: 0.1 },
      },
      {
        try: "Deep Q-learning instead of policy gradient.",
        expect: "It learns from old pushes too; the curve is less steady.",
        with: { way: "deep-q" },
      },
    ],
  },
};
