import { expect } from "vitest";

const isTensor = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "numel" in value && "shape" in value;

// Tensors are iterable, so `toEqual` would iterate down to 0-d tensors and fail. A tensor equals
// only itself.
expect.addEqualityTesters([(a, b) => (isTensor(a) && isTensor(b) ? a === b : undefined)]);
