import { Dropout, Flatten, Linear, ReLU, Sequential } from "@wgrad/nn";

/**
 * Far more weights than a hundred digits need: [B, 1, 8, 8] → [B, 10]; `dropout` silences that
 * share of units at random.
 */
export const wide = (dropout: number): Sequential =>
  new Sequential(
    new Flatten(),
    new Linear(64, 128),
    new ReLU(),
    new Dropout({ p: dropout }),
    new Linear(128, 128),
    new ReLU(),
    new Dropout({ p: dropout }),
    new Linear(128, 10),
  );
