import { type Tensor, tensor } from "@wgrad/autograd";
import { element, filled } from "../host.ts";
import { type HostArray, Value } from "../value.ts";
import { onHost } from "./apply.ts";

/** The elements at `indices` along an axis. */
export function selected(x: Tensor, axis: number, indices: readonly number[]): Tensor {
  return x.indexSelect(axis, tensor(Int32Array.from(indices), { shape: [indices.length] }));
}

/** A part of a value along an axis; computed on the host if its numbers are known. */
export function along(
  x: Value,
  axis: number,
  indices: readonly number[],
  device: (x: Tensor) => Tensor = (t) => selected(t, axis, indices),
): Value {
  const [known] = onHost([x]) ?? [];
  if (known === undefined) return Value.of(device(x.tensor), x.type);
  const shape = x.shape.map((size, i) => (i === axis ? indices.length : size));
  const { data } = filled(shape, (index) =>
    element(
      known,
      index.map((at, i) => (i === axis ? (indices[at] as number) : at)),
    ),
  );
  return Value.host(x.type, shape, data);
}

/** A value with another shape or order; `host` computes its numbers if they are known. */
export function moved(
  x: Value,
  device: (x: Tensor) => Tensor,
  host: (x: HostArray) => HostArray,
): Value {
  const [known] = onHost([x]) ?? [];
  if (known === undefined) return Value.of(device(x.tensor), x.type);
  const { shape, data } = host(known);
  return Value.host(x.type, shape, data);
}

/** `count` integers from `start` on. */
export const counted = (count: number, start = 0, step = 1): number[] =>
  Array.from({ length: count }, (_, i) => start + i * step);
