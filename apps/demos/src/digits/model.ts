import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@wgrad/nn";

/** Every dot to every hidden unit: [B, 1, 8, 8] → [B, 10] scores. */
export const perceptron = (): Sequential =>
  new Sequential(new Flatten(), new Linear(64, 64), new ReLU(), new Linear(64, 10));

/** Small filters that are moved over the picture: [B, 1, 8, 8] → [B, 10] scores. */
export const convolutional = (): Sequential =>
  new Sequential(
    new Conv2d(1, 16, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1 }),
    new ReLU(),
    new Flatten(),
    new Linear(32 * 4 * 4, 10),
  );
