import { Linear, Sequential, Tanh } from "@wgrad/nn";

/**
 * A point of the plane → a score for each class, by two hidden layers of `width` units: [B, 2] →
 * [B, classes].
 */
export const perceptron = (width: number, classes: number): Sequential =>
  new Sequential(
    new Linear(2, width),
    new Tanh(),
    new Linear(width, width),
    new Tanh(),
    new Linear(width, classes),
  );
