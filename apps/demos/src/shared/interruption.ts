import { t } from "./language.ts";

/** Ctrl-C, and being told to end: with the exit codes that shells give them. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof codes;

/**
 * One Ctrl-C may come twice, from the terminal and from the pnpm above: within so many milliseconds
 * it is one.
 */
const ONE = 1000;

/** Thrown where a training stops because it was told to. */
export class Interrupted extends Error {
  readonly code: number;

  constructor(signal: Signal, where: string) {
    super(t("stopped {where}", { where }));
    this.code = codes[signal];
  }
}

let told: Signal | null = null;
/** Trainings that will end by themselves after their step. */
let listening = 0;

/** What stops `training` after a step if it was told to: the signal. */
export const interruption = (): Signal | null => told;

/** While `work` goes on a signal is left to it, once: the second one ends the program. */
export async function stoppable<Result>(work: () => Promise<Result>): Promise<Result> {
  listening++;
  try {
    return await work();
  } finally {
    listening--;
  }
}

/**
 * Runs a lesson so that a signal ends its training, or the program where nothing is trained; `last`
 * is called before that.
 */
export async function withSignals<Result>(
  work: () => Promise<Result>,
  last: () => void,
): Promise<Result> {
  let first = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: Signal): void => {
    if (performance.now() - first < ONE) return;
    first = performance.now();
    if (listening > 0 && told === null) {
      told = signal;
      return;
    }
    last();
    process.exit(codes[signal]);
  };
  const signals = Object.keys(codes) as Signal[];
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    told = null;
  }
}
