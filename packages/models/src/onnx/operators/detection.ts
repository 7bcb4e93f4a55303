import type { Call } from "../call.ts";
import { element } from "../host.ts";
import type { Operators } from "../operator.ts";
import { INT64 } from "../types.ts";
import { Value } from "../value.ts";
import { counted } from "./slices.ts";

type Box = readonly [top: number, left: number, bottom: number, right: number];

/** A box from two corners in any order, or from its centre, width and height. */
function boxOf([a, b, c, d]: Box, centred: boolean): Box {
  if (centred) return [b - d / 2, a - c / 2, b + d / 2, a + c / 2];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

function overlap(a: Box, b: Box): number {
  const area = ([top, left, bottom, right]: Box): number => (bottom - top) * (right - left);
  const height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(height, 0) * Math.max(width, 0);
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/**
 * Non-maximum suppression: the boxes of highest score among overlapping ones, as [batch, class,
 * box].
 */
function suppressed(call: Call): Value {
  const [boxes, scores] = [call.value(0).host, call.value(1).host];
  const setting = (index: number): number => call.setting(index)?.[0] ?? 0;
  const [most, limit] = [setting(2), setting(3)];
  const least = call.has(4) ? setting(4) : Number.NEGATIVE_INFINITY;
  const centred = call.number("center_point_box", 0) === 1;
  const [batches, classes, count] = scores.shape as [number, number, number];
  const found = counted(batches).flatMap((n) => {
    const all = counted(count).map((i) =>
      boxOf([0, 1, 2, 3].map((k) => element(boxes, [n, i, k])) as unknown as Box, centred),
    );
    return counted(classes).flatMap((c) => {
      const score = (i: number): number => element(scores, [n, c, i]);
      const order = counted(count)
        .filter((i) => score(i) > least)
        .sort((i, j) => score(j) - score(i));
      const kept: number[] = [];
      for (const i of order) {
        if (kept.length >= most) break;
        if (kept.every((k) => overlap(all[i] as Box, all[k] as Box) <= limit)) kept.push(i);
      }
      return kept.map((i) => [n, c, i]);
    });
  });
  return Value.host(INT64, [found.length, 3], found.flat());
}

/** Object detection. */
export const detection: Operators = {
  NonMaxSuppression: {
    inputs: [2, 5],
    attributes: { center_point_box: [0, 1] },
    settings: [2, 3, 4],
    run: suppressed,
  },
};
