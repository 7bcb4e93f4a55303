import { ArgumentError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type Handle, newHandle } from "../../graph/handle.ts";
import { hasLanes, type Lane, type LaneRules, type Level, lanesOf } from "../../graph/lanes.ts";
import { type View, wholeView } from "../../graph/view.ts";
import { sum } from "../../ops/shape/broadcast.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { GradFn } from "../../tape/edge.ts";
import { edgeOf } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { levelsOf, recordLaned } from "./batching.ts";

const stack: Level[] = [];
let levels = 0;

/** Installs the handling of lanes in the recorder. The first `vmap` calls it. */
const rules: LaneRules = {
  stack,
  record: recordLaned,
  of: (values) => (values.some(hasLanes) ? values.map(lanesOf) : null),
  sumTo,
  draw,
  fold,
  spread,
};

/** Runs `fn` inside a new level of this size. */
export function within<T>(
  size: number,
  randomness: Level["randomness"],
  fn: (level: Level) => T,
): T {
  context.lanes ??= rules;
  const level = { id: levels++, size, randomness };
  stack.push(level);
  try {
    return fn(level);
  } finally {
    stack.pop();
  }
}

/** x with dimension `dim` as a hidden lane of the level. */
export function hide(x: Tensor, level: Level, dim: number): Tensor {
  const { shape, strides, offset, lanes = [] } = windowOf(x);
  const lane = { level, stride: strides[dim] as number };
  const window: View = {
    shape: shape.toSpliced(dim, 1),
    strides: strides.toSpliced(dim, 1),
    offset,
    lanes: [...lanes, lane].sort(inOrder),
  };
  return seenAs(x, window, (dy) => expose(dy, level, dim));
}

/** x with the lane of the level as dimension `dim`. If it has none, it is repeated there. */
export function expose(x: Tensor, level: Level, dim: number): Tensor {
  const { shape, strides, offset, lanes = [] } = windowOf(x);
  const stride = lanes.find((lane) => lane.level === level)?.stride ?? 0;
  const rest = lanes.filter((lane) => lane.level !== level);
  const window: View = {
    shape: shape.toSpliced(dim, 0, level.size),
    strides: strides.toSpliced(dim, 0, stride),
    offset,
    ...(rest.length > 0 && { lanes: rest }),
  };
  return seenAs(x, window, (dy) => hide(dy, level, dim));
}

const inOrder = (a: Lane, b: Lane): number => a.level.id - b.level.id;

const windowOf = (x: Handle): View => x.window ?? wholeView(x.node.shape);

function seenAs(x: Tensor, window: View, back: (dy: Tensor) => Tensor): Tensor {
  const out = newHandle(x.cell, window);
  out.origin = "vmap";
  const edge = edgeOf(x);
  if (edge === null || !context.gradMode) return out;
  const entry = new GradFn("vmap", [edge], [x.shape], [], (dy) => [back(dy)]);
  entry.lanes = [lanesOf(x)];
  out.edge = entry;
  return out;
}

function sumTo(gradient: Tensor, kept: readonly Lane[] | null, ambient: readonly Level[]): Tensor {
  const extra = lanesOf(gradient)
    .map(({ level }) => level)
    .filter((level) => !ambient.includes(level) && !kept?.some((lane) => lane.level === level));
  if (extra.length === 0) return gradient;
  const seen = extra.reduceRight((x, level) => expose(x, level, 0), gradient);
  return sum(seen, [...extra.keys()]);
}

/** Moves lanes into the batch of a function that takes batches before its last dimensions. */
function fold(
  operands: readonly Tensor[],
  run: (lanes: Shape, operands: Tensor[]) => Tensor,
): Tensor {
  const all = levelsOf(operands);
  const seen = operands.map((x) => all.reduceRight((y, level) => expose(y, level, 0), x));
  const result = run(
    all.map(({ size }) => size),
    seen,
  );
  return all.reduce((y, level) => hide(y, level, 0), result);
}

function spread(x: Tensor, others: readonly Handle[]): Tensor {
  const window = windowOf(x);
  const own = window.lanes ?? [];
  const missing = levelsOf(others)
    .filter((level) => !own.some((lane) => lane.level === level))
    .map((level): Lane => ({ level, stride: 0 }));
  if (missing.length === 0) return x;
  return seenAs(x, { ...window, lanes: [...own, ...missing].sort(inOrder) }, (dy) => dy);
}

function draw(call: string, size: Shape, make: (size: Shape) => Tensor): Tensor {
  if (stack.some(({ randomness }) => randomness === "error")) {
    throw new ArgumentError(
      `${call}: draws random numbers inside vmap` +
        '\n  hint: choose with { randomness: "different" } or "same" whether each element of the batch gets its own',
    );
  }
  const different = stack.filter(({ randomness }) => randomness === "different");
  if (different.length === 0 || sizeOf(size) === 0) return make(size);
  const all = make([...different.map((level) => level.size), ...size]);
  return different.reduce((y, level) => hide(y, level, 0), all);
}
