import { ArgumentError, ShapeError, Tensor, tensor } from "@wgrad/autograd";
import { knownValues } from "@wgrad/autograd/plugin";

/**
 * Numbers on a device or on the host: a tensor, an array of numbers or booleans, or nested arrays
 * of them.
 */
export type Values =
  | Tensor
  | ArrayLike<number>
  | ArrayLike<boolean>
  | ArrayLike<ArrayLike<number> | ArrayLike<boolean>>;

/** Numbers on the host, in row-major order. */
export interface HostValues {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** Reads all values, in row-major order. */
export async function read(metric: string, name: string, values: Values): Promise<Float64Array> {
  return (await readShaped(metric, name, values)).data;
}

/** Reads all values and their shape. */
async function readShaped(metric: string, name: string, values: Values): Promise<HostValues> {
  if (!(values instanceof Tensor)) return ofArray(metric, name, values);
  return { data: Float64Array.from(await values.data()), shape: values.shape };
}

/** Like `read`, but throws ArgumentError for NaN and infinities, which cannot be ordered. */
export async function readFinite(
  metric: string,
  name: string,
  values: Values,
): Promise<Float64Array> {
  return (await readFiniteShaped(metric, name, values)).data;
}

/** Like `readShaped`, but throws ArgumentError for NaN and infinities. */
export async function readFiniteShaped(
  metric: string,
  name: string,
  values: Values,
): Promise<HostValues> {
  const found = await readShaped(metric, name, values);
  const at = found.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return found;
  throw new ArgumentError(
    `${metric}: ${name} contain ${found.data[at]} at index ${at}\n  hint: pass finite numbers; leave such examples out`,
  );
}

/** Converts arrays to tensors, on the device of the other arguments' tensors. */
export function tensorsOf<Name extends string>(
  metric: string,
  given: Readonly<Record<Name, Values>>,
): Record<Name, Tensor> {
  const all = Object.entries(given) as [Name, Values][];
  const device = all.map(([, values]) => values).find((values) => values instanceof Tensor);
  const tensors = all.map(([name, values]): [Name, Tensor] => {
    if (values instanceof Tensor) return [name, values];
    const { data, shape } = ofArray(metric, name, values);
    const whole = data.every((value) => value === (value | 0));
    const typed = whole ? Int32Array.from(data) : Float32Array.from(data);
    return [name, tensor(typed, { shape, device })];
  });
  return Object.fromEntries(tensors) as Record<Name, Tensor>;
}

/** Like `tensorsOf`, with the weights as f32, or null if not given. */
export function withWeight<Name extends string>(
  metric: string,
  given: Readonly<Record<Name, Values>>,
  sampleWeight: Values | null,
): { readonly tensors: Record<Name, Tensor>; readonly weight: Tensor | null } {
  if (sampleWeight === null) return { tensors: tensorsOf(metric, given), weight: null };
  const { sampleWeight: weight, ...tensors } = tensorsOf<Name | "sampleWeight">(metric, {
    ...given,
    sampleWeight,
  });
  return { tensors: tensors as unknown as Record<Name, Tensor>, weight: asFloat(weight) };
}

/** The values if the host has them already; null if they would have to be read. */
export const knownOf = (values: Tensor): ArrayLike<number> | null => knownValues(values);

/** Floats as they are; integers and booleans as f32. */
export const asFloat = (x: Tensor): Tensor =>
  x.dtype === "f32" || x.dtype === "f64" || x.dtype === "f16" ? x : x.to("f32");

function ofArray(metric: string, name: string, values: Exclude<Values, Tensor>): HostValues {
  const data: number[] = [];
  const shape = shapeIn(metric, name, values);
  const visit = (level: unknown, depth: number): void => {
    if (depth === shape.length) data.push(numberIn(metric, name, level));
    else if (!isList(level) || level.length !== shape[depth]) {
      throw new ShapeError(
        `${metric}: the rows of ${name} have different lengths` +
          `\n  first: [${shape.slice(1).join(", ")}]\n  another: ${isList(level) ? `[${level.length}]` : kindOf(level)}`,
      );
    } else for (let i = 0; i < level.length; i++) visit(level[i], depth + 1);
  };
  visit(values, 0);
  return { data: Float64Array.from(data), shape };
}

function shapeIn(metric: string, name: string, values: unknown): number[] {
  if (!isList(values)) {
    const hint =
      values instanceof Promise ? "await it first" : "pass a tensor or an array of numbers";
    throw new ArgumentError(
      `${metric}: ${name} are ${kindOf(values)}, not numbers\n  hint: ${hint}`,
    );
  }
  const shape = [values.length];
  for (let level = values[0]; isList(level); level = level[0]) shape.push(level.length);
  return shape;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function numberIn(metric: string, name: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const hint =
    value instanceof Tensor
      ? "combine several tensors with stack(tensors)"
      : typeof value === "string"
        ? "new LabelEncoder() of @wgrad/datasets maps text labels to numbers"
        : "numbers";
  throw new ArgumentError(`${metric}: ${name} contain ${kindOf(value)}\n  hint: ${hint}`);
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return `a tensor [${value.shape.join(", ")}]`;
  if (value instanceof Promise) return "a promise";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
