import { AdaptiveAvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@wgrad/nn";

/** Scores from what the backbone sees: [B, 96] → [B, kinds]. */
export const head = (features: number, kinds: number): Sequential =>
  new Sequential(new Linear(features, kinds));

/** A small network that knows nothing beforehand: [B, 3, 96, 96] → [B, kinds]. */
export const fromScratch = (kinds: number): Sequential =>
  new Sequential(
    new Conv2d(3, 16, 5, { stride: 2, padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(32, 64, 3, { padding: 1 }),
    new ReLU(),
    new AdaptiveAvgPool2d(3),
    new Flatten(),
    new Linear(64 * 9, kinds),
  );
