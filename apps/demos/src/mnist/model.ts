import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@wgrad/nn";

/** Two layers of filters, each halved in size, and one of scores: [B, 1, 28, 28] → [B, 10]. */
export const network = (): Sequential =>
  new Sequential(
    new Conv2d(1, 8, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 16, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(16 * 7 * 7, 10),
  );
