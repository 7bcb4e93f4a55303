import { denseLike, type Extent, extentOf, memoryOrder } from "../../../graph/attention.ts";
import { formAttrs, formOf } from "../../../graph/attributes.ts";
import { newHandle } from "../../../graph/handle.ts";
import { hasLanes } from "../../../graph/lanes.ts";
import { type GradientCall, type Op, registerOp } from "../../../graph/op.ts";
import { expandView, simplify, type View } from "../../../graph/view.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../../shape.ts";
import { isGradEnabled } from "../../../tape/modes.ts";
import { record } from "../../../tape/record.ts";
import type { Tensor } from "../../../tensor.ts";
import { permute, reshape } from "../../core/layout.ts";
import { composedGradients, type Weighing } from "./composed.ts";
import { lowerings } from "./lowerings.ts";
import { packed } from "./packing.ts";

const attentionOp = (name: string, operands: number): Op =>
  registerOp({
    name,
    meaning: { kind: "attention", gives: "output", lowerings },
    scalarTypes: ["result"],
    saves: [...Array(operands).keys(), "output"],
    gradient: (dy, operands, call) => gradientsOf(dy, operands, call),
  });

const gradientsOp: Op = registerOp({
  name: "attentionGradients",
  meaning: { kind: "attention", gives: "gradients", lowerings },
  scalarTypes: ["result", "u32", "u32", "u32"],
  saves: [],
});

const plainOp = attentionOp("attention", 3);
const maskedOp = attentionOp("maskedAttention", 4);

/**
 * softmax(scale · Q Kᵀ + mask) V as one operation. q: [batch…, L, E]; k: [batch…, S, E]; v:
 * [batch…, S, Eᵥ]. Batches (the mask's too) broadcast; all have one dtype. The result has the
 * query's
 * memory layout.
 */
export function fusedAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { mask, causal, scale }: Weighing,
): Tensor {
  const seen =
    mask === null ? [] : [mask.shape.length < 2 ? reshape(mask, [1, mask.shape[0] ?? 1]) : mask];
  const operands = [query, key, value, ...seen];
  const batch = operands
    .map((x) => x.shape.slice(0, -2))
    .reduce<Shape>((a, b) => broadcastShapes("scaledDotProductAttention", a, b), []);
  const extent = { ...extentOf(query.shape, value.shape), batch };
  const shape = [...batch, extent.queries, extent.valueWidth];
  const { strides } = expandView(viewOf(query), [...batch, extent.queries, extent.width]);
  const places = [denseLike(shape, strides)] as const;
  const order = memoryOrder(places[0]);
  const result = record(
    mask === null ? plainOp : maskedOp,
    operands,
    order.map((d) => shape[d] as number),
    query.dtype,
    formAttrs({ causal, repeats: 0, places }),
    [scale],
    query.node.stream,
    reads(extent, mask !== null),
  );
  return permute(result, inverse(order));
}

/** For each operand, the view that repeats it over the whole batch. */
function reads(extent: Extent, masked: boolean): ((view: View) => View)[] {
  const over = (rows: number, columns: number) => (view: View) =>
    expandView(view, [...extent.batch, rows, columns]);
  const { queries, keys, width, valueWidth } = extent;
  const [q, k, v] = [over(queries, width), over(keys, width), over(keys, valueWidth)];
  return masked ? [q, k, v, over(queries, keys)] : [q, k, v];
}

function gradientsOf(
  dy: Tensor,
  operands: readonly Tensor[],
  call: GradientCall,
): (Tensor | null | false)[] {
  const [query, key, value, mask = null] = operands as [Tensor, Tensor, Tensor, Tensor?];
  const { causal, places } = formOf(call.attrs);
  const order = memoryOrder(places[0] as readonly number[]);
  const [scale] = call.scalars as [number];
  const asMeant = (x: Tensor): Tensor => permute(x, inverse(order));
  const dOut = asMeant(dy);
  const inputs = [query, key, value] as const;
  if (isGradEnabled() || hasLanes(dy)) {
    const all = composedGradients(dOut, inputs, { mask, causal, scale });
    return [...all.map((gradient, i) => call.needs[i] === true && gradient), null];
  }
  const batch = dOut.shape.slice(0, -2);
  const extent = { ...extentOf(query.shape, value.shape), batch };
  const [ofQuery, ...ofKeys] = call.needs as [boolean, boolean, boolean];
  const repeats = repeated(batch, [key.shape, value.shape]);
  const own = [...batch.slice(0, batch.length - repeats), ...Array(repeats).fill(1)];
  const shapes = [
    ofQuery ? [...batch, extent.queries, extent.width] : null,
    ofKeys.includes(true) ? [...own, extent.keys, extent.width] : null,
    ofKeys.includes(true) ? [...own, extent.keys, extent.valueWidth] : null,
  ];
  const { shape, regions } = packed(inputs, shapes);
  const more = mask === null ? [] : [mask];
  const [q, k, v, m] = reads(extent, mask !== null);
  const asIs = (view: View): View => view;
  const result = record(
    gradientsOp,
    [...inputs, asMeant(call.output), dOut, ...more],
    shape,
    query.dtype,
    formAttrs({ causal, repeats, places: regions.map((region) => region?.strides ?? null) }),
    [scale, ...regions.map((region) => region?.offset ?? 0)],
    query.node.stream,
    [q, k, v, asIs, asIs, ...(m === undefined ? [] : [m])] as ((view: View) => View)[],
  );
  const found = regions.map((region, i) => {
    if (region === null) return null;
    const gradient = newHandle(result.cell, simplify(region, result.shape));
    // Drop leading dimensions of 1 that the operand lacks, so that they are not summed over.
    const own = (inputs[i] as Tensor).shape;
    return sizeOf(own) === sizeOf(region.shape) ? reshape(gradient, own) : gradient;
  });
  return [...found, null];
}

/** The number of last batch dimensions over which none of these operands varies. */
function repeated(batch: Shape, shapes: readonly Shape[]): number {
  let count = 0;
  const isOne = (shape: Shape): boolean => (shape.at(-3 - count) ?? 1) === 1;
  while (count < batch.length && shapes.every(isOne)) count++;
  return count;
}

const viewOf = ({ shape, strides }: Tensor): View => ({ shape, strides, offset: 0 });

function inverse(order: readonly number[]): number[] {
  const result = order.map(() => 0);
  for (const [to, from] of order.entries()) result[from] = to;
  return result;
}
