import { arrayType, type DType, type TypedArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { expired } from "../graph/expired.ts";
import type { Handle } from "../graph/handle.ts";
import { hasLanes } from "../graph/lanes.ts";
import { COMPUTED, EXPIRED, OWNED, PENDING } from "../graph/node.ts";
import { isContiguous, type View } from "../graph/view.ts";
import { sizeOf } from "../shape.ts";
import type { DeviceStream } from "./stream.ts";

/** The handle's elements in row-major order, in a new array. */
export async function read(handle: Handle): Promise<TypedArray> {
  const { node } = handle.cell;
  const { window } = handle;
  if (hasLanes(handle)) throw noValue();
  const stream = node.stream as DeviceStream;
  const values = await stream.read(node);
  if (stream.hasChecks) await stream.checked();
  return elements(values, window, node.dtype);
}

/** The handle's elements if they are on the host, else null. */
export function valuesNow({ node, window }: Handle): TypedArray | null {
  const host = node.state === COMPUTED ? (node.storage?.host ?? null) : null;
  if (window?.lanes !== undefined) return null;
  return host && elements(host, window, node.dtype);
}

const noValue = (): ArgumentError =>
  new ArgumentError(
    "vmap: the function cannot read values (item(), data(), nonzero(), a mask): a tensor in it stands for all elements of the batch" +
      "\n  hint: choose with where(condition, a, b), or return the tensor and read it outside",
  );

/** The elements of a value that a view reads, in a new array. */
function elements(values: TypedArray, view: View | null, dtype: DType): TypedArray {
  if (view === null) return values.slice();
  const { shape, strides, offset } = view;
  const size = sizeOf(shape);
  if (isContiguous(view)) return values.slice(offset, offset + size);
  const out = new (arrayType(dtype))(size);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < size; i++) {
    out[i] = values[at] as number;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d] as number;
      if (++(index[d] as number) < (shape[d] as number)) break;
      at -= (shape[d] as number) * (strides[d] as number);
      index[d] = 0;
    }
  }
  return out;
}

/** Keeps the handle's value once it is computed, whatever happens to its inputs. */
export function keep(handle: Handle): void {
  const { node } = handle.cell;
  if (node.state === EXPIRED) throw expired("keep", node);
  if (node.state === PENDING) node.keep = OWNED;
  else if (node.state !== COMPUTED) realize(handle);
  else if (node.storage?.holder === "slot") (node.stream as DeviceStream).holders.keepSlot(node);
}

/** Computes the value now. */
export function realize(handle: Handle): void {
  const { node } = handle.cell;
  if (node.state === EXPIRED) throw expired("realize", node);
  if (node.state === COMPUTED) return;
  node.keep = OWNED;
  (node.stream as DeviceStream).compute(node);
}

/** Frees the value. All handles of the same cell expire. */
export function dispose(handle: Handle): void {
  disposeCell(handle.cell);
}

/** Frees a cell's value and storage. */
export function disposeCell(cell: Cell): void {
  const stream = cell.node.stream as DeviceStream;
  if (stream.failure !== null) return;
  stream.disposeCell(cell);
}
