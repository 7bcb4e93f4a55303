import { expect, test } from "vitest";
import { leastSquares } from "../src/housing/least-squares.ts";

test("the course's five flats", () => {
  const predict = leastSquares([35, 45, 40, 60, 65], [30, 40, 35, 60, 65], 1);
  expect(predict([50])[0]).toBeCloseTo(47.2015, 4);
});

test("a column that repeats another, or does not vary, changes nothing", () => {
  const x = [1, 2, 3, 5];
  const y = [2, 3, 5, 4];
  const [alone] = leastSquares(x, y, 1)([4]);
  const [twice] = leastSquares(
    x.flatMap((v) => [v, 2 * v, 7]),
    y,
    3,
  )([4, 8, 7]);
  expect(twice).toBeCloseTo(alone as number, 12);
});

test("fewer rows than columns still gives a finite answer that fits them", () => {
  const predict = leastSquares([1, 5, 2, 4, 3, 9], [1, 2], 3);
  expect(predict([1, 5, 2])[0]).toBeCloseTo(1, 12);
  expect(predict([4, 3, 9])[0]).toBeCloseTo(2, 12);
});
