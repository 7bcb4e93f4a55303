/**
 * Words of shared memory through which threads share a stage. Words that different threads write
 * are in different cache lines. `claim` holds the stage's number (24 bits) and the next chunk (8).
 */
export const control = {
  claim: 16,
  /** Chunks that helpers have finished. */
  done: 32,
  /** 1 while the caller sleeps until `done` changes. */
  asleep: 48,
  /** Length of the message of a helper's trap; 0 if none. Its characters begin at `text`. */
  trap: 64,
  text: 128,
  /** The stage's arguments: see `argument`. */
  argument: 80,
  end: 256,
} as const;

/** Offsets of a stage's arguments. */
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
  /** Pages of the memory; a helper may not see its growth yet. */
  pages: 10,
} as const;

/** A chunk number that no stage has, so that no chunk can be claimed. */
export const CLOSED = 255;
/** The most chunks of a stage. */
export const MOST_CHUNKS = 64;
/** The most characters of a trap's message. */
export const MOST_TEXT = 120;
