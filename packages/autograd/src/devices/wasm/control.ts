/**
 * Words of shared memory through which threads share a stage, each group in cache lines of its own.
 * `claim` holds the number of the stage (24 bits) and of the chunk that is claimed next (8 bits).
 */
export const control = {
  claim: 16,
  /** Chunks that helpers have done. */
  done: 32,
  /** The caller sleeps until `done` changes. */
  asleep: 48,
  /** Characters of the message of a helper's trap, which begin at `text`; 0 if there was none. */
  trap: 64,
  text: 128,
  /** What the stage is: see `argument`. */
  argument: 80,
  end: 256,
} as const;

/** Places among the words of a stage. */
export const argument = {
  module: 0,
  address: 1,
  bytes: 2,
  index: 3,
  count: 4,
  chunk: 5,
  chunks: 6,
  block: 7,
  arrays: 8,
  arrayBytes: 9,
  /** Pages that the memory has: a helper may not have heard of its growth. */
  pages: 10,
} as const;

/** The number of a chunk that no stage has: nothing can be claimed. */
export const CLOSED = 255;
/** The most chunks of a stage. */
export const MOST_CHUNKS = 64;
/** The most characters of a trap's message. */
export const MOST_TEXT = 120;
