import type { Demo } from "./shared/demo.ts";

/** A line of `pnpm demo list`. */
export interface Entry {
  readonly summary: string;
  readonly teaches: string;
  /** Each is loaded only when it runs. */
  readonly load: () => Promise<Demo>;
}

/** The lessons, in the order to take them. */
export const catalog: Readonly<Record<string, Entry>> = {
  housing: {
    summary: "what is a house worth?",
    teaches: "linear regression by gradient descent, beside the exact solution",
    load: async () => (await import("./housing/demo.ts")).housing,
  },
  exam: {
    summary: "how many hours make a pass?",
    teaches: "logistic regression, and why a penalty makes it have an answer",
    load: async () => (await import("./exam/demo.ts")).exam,
  },
  gridworld: {
    summary: "which way to the goal?",
    teaches: "Q-learning: values of moves, learned from rewards alone",
    load: async () => (await import("./gridworld/demo.ts")).gridworld,
  },
};
