import type { DType } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import {
  type Attributes,
  alongDim,
  assembleAttributes,
  contractAttributes,
  dimOf,
  isOnto,
  ownOfContract,
  partStrides,
  ranksOf,
} from "../../graph/attributes.ts";
import { context, type Stream } from "../../graph/context.ts";
import { type Handle, markRead, newHandle } from "../../graph/handle.ts";
import { type Lane, type Level, laned, lanesOf, withLanes } from "../../graph/lanes.ts";
import type { Meaning, Op } from "../../graph/op.ts";
import { expandView, simplify, type View, wholeView } from "../../graph/view.ts";
import { assemble, whole } from "../../ops/core/strided.ts";
import { contiguousStrides, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { mixedDevices, together } from "../../tape/bring.ts";
import { noGrad } from "../../tape/modes.ts";
import { edgeOf, record, trackResult } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";

type Read = (view: View) => View;

/** An op on operands of which some have lanes. */
interface Call {
  readonly op: Op;
  readonly operands: readonly Handle[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
  readonly reads: readonly Read[];
  /** The levels of the operands, outermost first. */
  readonly levels: readonly Level[];
}

/** The same op on whole batches, and the view of its result that is one element of the batch. */
interface Batched {
  readonly operands: readonly View[];
  readonly shape: Shape;
  readonly attrs: Attributes;
  readonly reads: readonly Read[];
  readonly window: View;
}

type Rule = (call: Call) => Batched;

/** The batch is an additional first dimension of operands and result. */
const leading =
  (attrs: (call: Call) => Attributes): Rule =>
  (call) => {
    const { operands, levels, reads } = call;
    const shape = [...sizesOf(levels), ...call.shape];
    return {
      operands: operands.map((operand) => withLanes(seen(operand), levels)),
      shape,
      attrs: attrs(call),
      reads: reads.map((read) => within(levels.length, read)),
      window: laned(shape, levels),
    };
  };

const asTheyAre = ({ attrs }: Call): Attributes => attrs;

/** The attribute is a dimension, so it is shifted. */
const shiftedDim = ({ attrs, levels }: Call): Attributes => alongDim(dimOf(attrs) + levels.length);

const rules: Partial<Record<Meaning["kind"], Rule>> = {
  elementwise,
  reduce: leading(asTheyAre),
  scan: leading(asTheyAre),
  sort: leading(asTheyAre),
  gather: leading(shiftedDim),
  scatter: leading(shiftedDim),
  assemble: leading(withStrides),
  contract,
};

/**
 * Records an op on values with lanes as one op on whole batches. On the tape it is the op on one
 * element
 * of the batch.
 */
export function recordLaned(
  op: Op,
  given: readonly Handle[],
  shape: Shape,
  dtype: DType,
  attrs: Attributes,
  scalars: readonly number[],
  stream: Stream,
  reads: readonly Read[],
): Tensor {
  const operands = onOneStream(op, given, stream);
  const levels = levelsOf(operands);
  const call: Call = { op, operands, shape, dtype, attrs, scalars, reads, levels };
  const tracked =
    context.gradMode &&
    op.gradient !== undefined &&
    operands.some((operand) => edgeOf(operand) !== null);
  for (const operand of given) markRead(operand);
  const { kind } = op.meaning;
  if (kind === "custom") {
    const result = oneByOne(call);
    if (tracked) track(call, result);
    return result;
  }
  const rule = rules[kind];
  if (rule === undefined) {
    throw new ArgumentError(
      `vmap: ${op.name} has no rule for a batch\n  hint: call it outside vmap, on the whole batch`,
    );
  }
  const batched = rule(call);
  return record(
    op,
    operands.map(({ cell }, i) =>
      newHandle(cell, simplify(batched.operands[i] as View, cell.node.shape)),
    ),
    batched.shape,
    dtype,
    batched.attrs,
    scalars,
    stream,
    batched.reads,
    (made) => {
      const result = newHandle(made.cell, batched.window);
      if (tracked) track(call, result);
      return result;
    },
  );
}

function track({ op, operands, attrs, scalars }: Call, result: Tensor): void {
  result.node.tracked = true;
  trackResult(op, operands, result, { attrs, scalars });
}

function onOneStream(op: Op, operands: readonly Handle[], stream: Stream): readonly Handle[] {
  if (operands.every(({ node }) => node.stream === stream)) return operands;
  const here = together(operands, edgeOf);
  if (here === null) throw mixedDevices(op.name, operands);
  return here;
}

/** The levels that any of these operands has, outermost first. */
export function levelsOf(operands: readonly Handle[]): Level[] {
  const all = new Set(operands.flatMap((operand) => lanesOf(operand).map(({ level }) => level)));
  return [...all].sort((a, b) => a.id - b.id);
}

const sizesOf = (levels: readonly Level[]): number[] => levels.map(({ size }) => size);

const seen = ({ window, node }: Handle): View => window ?? wholeView(node.shape);

/** A read of the dimensions after the first `count`. */
const within =
  (count: number, read: Read): Read =>
  ({ shape, strides, offset }) => {
    const inner = read({ shape: shape.slice(count), strides: strides.slice(count), offset });
    return {
      shape: [...shape.slice(0, count), ...inner.shape],
      strides: [...strides.slice(0, count), ...inner.strides],
      offset: inner.offset,
    };
  };

/** Operands without lanes broadcast over the batch. */
function elementwise(call: Call): Batched {
  const { operands, levels, attrs, reads } = call;
  const shape = [...sizesOf(levels), ...call.shape];
  return {
    operands: operands.map((operand) => {
      const view = seen(operand);
      if (view.lanes === undefined) return view;
      const { lanes } = view;
      const full = sameShape(view.shape, call.shape) ? view : expandView(view, call.shape);
      return withLanes({ ...full, lanes }, levels);
    }),
    shape,
    attrs,
    reads,
    window: laned(shape, levels),
  };
}

/** The strides of each part for one element of the batch, preceded by those of the batch. */
function withStrides({ attrs, operands, levels, shape }: Call): Attributes {
  const lead = contiguousStrides([...sizesOf(levels), ...shape]).slice(0, levels.length);
  const onto = isOnto(attrs);
  const parts = operands.slice(onto ? 1 : 0).map((operand) => operand.shape);
  const strides = partStrides(attrs, parts).map((own) => [...lead, ...own]);
  return assembleAttributes(onto, strides);
}

/** Lanes of both operands are batch dimensions of the product; lanes of one are rows or columns. */
function contract(call: Call): Batched {
  const { operands, levels, attrs, reads, shape } = call;
  const [a, b] = operands as readonly [Handle, Handle];
  const [nb, nm, nn, nk] = ranksOf(attrs);
  const [ofA, ofB] = [a, b].map((x) => lanesOf(x).map(({ level }) => level)) as [Level[], Level[]];
  const both = levels.filter((level) => ofA.includes(level) && ofB.includes(level));
  const left = levels.filter((level) => !ofB.includes(level));
  const right = levels.filter((level) => !ofA.includes(level));
  const whole = [
    ...sizesOf(both),
    ...shape.slice(0, nb),
    ...sizesOf(left),
    ...shape.slice(nb, nb + nm),
    ...sizesOf(right),
    ...shape.slice(nb + nm),
  ];
  const strides = contiguousStrides(whole);
  const begins = [0, both.length + nb, both.length + nb + left.length + nm];
  const at = ([both, left, right] as const).flatMap((group, g) =>
    group.map(
      (level, i): Lane => ({ level, stride: strides[(begins[g] as number) + i] as number }),
    ),
  );
  const hidden = new Set(
    ([both, left, right] as const).flatMap((group, g) =>
      group.map((_, i) => (begins[g] as number) + i),
    ),
  );
  const visible = (_: number, d: number): boolean => !hidden.has(d);
  return {
    operands: [withLanes(seen(a), [...both, ...left]), withLanes(seen(b), [...both, ...right])],
    shape: whole,
    attrs: contractAttributes(
      [nb + both.length, nm + left.length, nn + right.length, nk],
      ownOfContract(attrs),
    ),
    reads: [
      moving(both.length, left.length, nb, reads[0]),
      moving(both.length, right.length, nb + nk, reads[1]),
    ],
    window: {
      shape,
      strides: strides.filter(visible),
      offset: 0,
      lanes: at.sort((p, q) => p.level.id - q.level.id),
    },
  };
}

/**
 * A read that moves the operand's own lanes, which follow the shared ones, behind `place`
 * dimensions.
 */
function moving(shared: number, own: number, place: number, read: Read = (view) => view): Read {
  return (view) => {
    const head = shared + own;
    const inner = read({
      shape: view.shape.slice(head),
      strides: view.strides.slice(head),
      offset: view.offset,
    });
    const placed = (outer: readonly number[], body: readonly number[]): number[] => [
      ...outer.slice(0, shared),
      ...body.slice(0, place),
      ...outer.slice(shared, head),
      ...body.slice(place),
    ];
    return {
      shape: placed(view.shape, inner.shape),
      strides: placed(view.strides, inner.strides),
      offset: inner.offset,
    };
  };
}

/** Runs a custom kernel once per element of the batch. */
function oneByOne(call: Call): Tensor {
  const { op, operands, shape, dtype, attrs, scalars, levels } = call;
  const sizes = sizesOf(levels);
  const count = sizeOf(sizes);
  const full = operands.map((operand) => withLanes(seen(operand), levels));
  const all = [...sizes, ...shape];
  const strides = contiguousStrides(all);
  const lead = contiguousStrides(sizes);
  const result = noGrad(() => {
    const parts = Array.from({ length: count }, (_, i) => {
      const place = lead.map((stride, d) => Math.floor(i / stride) % (sizes[d] as number));
      const own = operands.map(({ cell }, k) => {
        const view = full[k] as View;
        const offset = place.reduce(
          (sum, n, d) => sum + n * (view.strides[d] as number),
          view.offset,
        );
        const element = {
          shape: view.shape.slice(sizes.length),
          strides: view.strides.slice(sizes.length),
          offset,
        };
        return whole(newHandle(cell, simplify(element, cell.node.shape)));
      });
      const value = record(op, own, shape, dtype, attrs, scalars);
      const offset = place.reduce((sum, n, d) => sum + n * (strides[d] as number), 0);
      return { value, strides: strides.slice(sizes.length), offset };
    });
    return assemble(all, parts);
  });
  return newHandle(result.cell, laned(all, levels));
}
