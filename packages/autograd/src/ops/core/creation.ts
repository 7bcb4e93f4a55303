import { type DeviceName, deviceNames, isDeviceName } from "../../devices/registry.ts";
import {
  arrayType,
  checkDType,
  type DType,
  isFloating,
  newArray,
  promote,
  type TypedArray,
  unsupported,
} from "../../dtype.ts";
import { ArgumentError, DeviceError, ShapeError } from "../../errors.ts";
import { noAttributes } from "../../graph/attributes.ts";
import { Cell } from "../../graph/cell.ts";
import { currentStream, type Stream, streamNamed } from "../../graph/context.ts";
import { Handle, newHandle } from "../../graph/handle.ts";
import { COMPUTED, hostStorage, Node } from "../../graph/node.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import { roundHalves, roundToHalf } from "../../half.ts";
import { checkShape, type Shape, sizeOf } from "../../shape.ts";
import { checkCall, describe } from "../../signature.ts";
import { beginAt } from "../../tape/edge.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { checkFloating, constant, held } from "./constant.ts";

/** Options of functions that create tensors. */
export interface CreateOptions {
  readonly dtype?: DType | undefined;
  /** If true, the tensor is a leaf that accumulates its gradient. */
  readonly requiresGrad?: boolean;
  /** The name of a device, or a tensor that is on it. Default: the device that `init` chose. */
  readonly device?: DeviceName | Tensor | undefined;
}

/** Options of `tensor`. */
export interface TensorOptions extends CreateOptions {
  /** The shape of flat data. */
  readonly shape?: Shape;
}

/** Numbers or booleans, nested to the depth of the shape, or a typed array. */
export type TensorData = number | boolean | TypedArray | Uint8ClampedArray | readonly TensorData[];

/**
 * A tensor with a copy of these values. Numbers become f32 (in PyTorch, integers become int64),
 * booleans
 * become bool, typed arrays keep their dtype (Float64Array becomes f32 unless `dtype` is f64). The
 * nesting of arrays gives the shape; `shape` gives that of flat data.
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "tensor(data: any, { dtype, requiresGrad: boolean, device, shape: number[] })",
      arguments,
    );
  if (data instanceof Handle) {
    throw new ArgumentError(
      "tensor: expected values, got a tensor\n  hint: use x.clone() or x.detach().clone()",
    );
  }
  const values = isTyped(data) ? data : flatten(data);
  const dtype =
    options.dtype === undefined ? naturalDType(data) : checkDType("tensor", options.dtype);
  const shape = checkShape(
    "tensor",
    options.shape ?? (isTyped(data) ? [data.length] : shapeOf(data)),
  );
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(`tensor: ${values.length} values do not fill [${shape.join(", ")}]`);
  }
  return fromHost(convert(values, dtype), shape, dtype, options);
}

const isTyped = (data: TensorData): data is TypedArray | Uint8ClampedArray =>
  ArrayBuffer.isView(data);

type Level = readonly TensorData[] | TypedArray | Uint8ClampedArray;

const isLevel = (data: TensorData | undefined): data is Level =>
  Array.isArray(data) || ArrayBuffer.isView(data);

/** The shape of nested arrays, from the first element of each level. */
function shapeOf(data: TensorData): number[] {
  const shape: number[] = [];
  for (let level: TensorData | undefined = data; isLevel(level); level = level[0])
    shape.push(level.length);
  return shape;
}

/** All values in row-major order. Throws for ragged arrays and for other values. */
function flatten(data: TensorData): ArrayLike<number | boolean> {
  const shape = shapeOf(data);
  const flat: (number | boolean)[] = [];
  const visit = (level: TensorData, depth: number): void => {
    if (isLevel(level) && level.length === shape[depth]) {
      for (const item of level) visit(item, depth + 1);
    } else if (typeof level !== "number" && typeof level !== "boolean" && !isLevel(level)) {
      throw noValue(level);
    } else if (depth === shape.length && !isLevel(level)) {
      flat.push(level);
    } else {
      const found = isLevel(level) ? `an array of ${level.length}` : String(level);
      throw new ShapeError(
        `tensor: the nested arrays are ragged: their first elements give [${shape.join(", ")}], ` +
          `but there is ${found} at depth ${depth}`,
      );
    }
  };
  visit(data, 0);
  return flat;
}

function noValue(given: unknown): ArgumentError {
  const cure = given instanceof Handle ? "\n  hint: stack([a, b]) joins tensors" : "";
  return new ArgumentError(`tensor: expected numbers or booleans, got ${describe(given)}${cure}`);
}

/** The dtype of the values: bool if all are booleans, the own one of a typed array. */
function naturalDType(data: TensorData): DType {
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint32Array) return "u32";
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return "u8";
  if (typeof data === "boolean") return "bool";
  if (!Array.isArray(data)) return "f32";
  let dtype: DType | null = null;
  for (const item of data as readonly TensorData[]) {
    const own = naturalDType(item);
    dtype = dtype === null ? own : promote(dtype, own);
    if (dtype === "f32") break;
  }
  return dtype ?? "f32";
}

/**
 * The values in this dtype. Throws for numbers that an integer dtype cannot represent; casts typed
 * arrays.
 */
export function convert(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  const Values = arrayType(dtype);
  if (dtype !== "bool" && values.constructor === Values) return (values as TypedArray).slice();
  const out = new Values(values.length);
  const cast = isFloating(dtype) || ArrayBuffer.isView(values);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (dtype === "bool") out[i] = Number(value !== 0);
    else out[i] = cast ? value : held("tensor", value, dtype);
  }
  return out;
}

/** A value that the host provides. */
export const sourceOp: Op = registerOp({
  name: "tensor",
  meaning: { kind: "source" },
  scalarTypes: [],
  saves: [],
});

/** A tensor with this array as its value. It takes ownership of the array. */
export function fromHost(
  values: TypedArray,
  shape: Shape,
  dtype: DType,
  options: CreateOptions = {},
): Tensor {
  return leaf(hostTensor(values, shape, dtype, streamOf("tensor", options)), options);
}

/** `fromHost` on a given device. For f16 the values are rounded in place. */
export function hostTensor(values: TypedArray, shape: Shape, dtype: DType, stream: Stream): Tensor {
  checkSupported("tensor", stream, dtype);
  const node = new Node(sourceOp, [], [], shape, dtype, noAttributes, [], stream);
  node.storage = hostStorage(dtype === "f16" ? roundHalves(values) : values);
  node.state = COMPUTED;
  return newHandle(new Cell(node), null);
}

/** The stream of the device that the options name. */
export function streamOf(call: string, { device }: CreateOptions): Stream {
  if (device === undefined) return currentStream();
  if (device instanceof Handle) return device.node.stream;
  const stream = streamNamed(device);
  if (stream !== undefined) return stream;
  if (!isDeviceName(device)) {
    throw new DeviceError(
      `${call}: unknown device ${describe(device)}\n  hint: one of ${deviceNames().join(", ")}`,
    );
  }
  throw new DeviceError(
    `${call}: the ${device} device is not open\n  hint: call await init({ device: "${device}" }) first`,
  );
}

export function checkSupported(call: string, stream: Stream, dtype: DType): void {
  if (stream.supports(dtype)) return;
  throw unsupported(call, stream.device, dtype);
}

/** Makes a leaf of the tensor if `requiresGrad` is set. */
export function leaf(made: Tensor, { requiresGrad = false }: CreateOptions): Tensor {
  if (requiresGrad) {
    checkFloating("requiresGrad", made);
    beginAt(made);
  }
  return made;
}

/**
 * A tensor filled with one value. The shape is an array: full([2, 3], 1.5). A boolean gives bool.
 */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  checkCall(
    "full(shape: number[], value: number | NaN | boolean, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return filled("full", shape, value, options);
}

function filled(
  call: string,
  shape: Shape,
  value: number | boolean,
  options: CreateOptions,
): Tensor {
  const stream = streamOf(call, options);
  const dtype = checkDType(call, options.dtype ?? (typeof value === "boolean" ? "bool" : "f32"));
  checkSupported(call, stream, dtype);
  return leaf(
    constant(filling(call, value, dtype), dtype, [...checkShape(call, shape)], stream),
    options,
  );
}

/** The number rounded to this dtype. Next to a tensor it keeps the digits of f32, as in PyTorch. */
const filling = (call: string, value: number | boolean, dtype: DType): number =>
  dtype === "f16" ? roundToHalf(Number(value)) : held(call, Number(value), dtype);

/** A tensor of zeros. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("zeros(shape: number[], { dtype, requiresGrad: boolean, device })", arguments);
  return filled("zeros", shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("ones(shape: number[], { dtype, requiresGrad: boolean, device })", arguments);
  return filled("ones", shape, 1, options);
}

/** A tensor whose values are arbitrary; here zeros, so that runs are reproducible. */
export function empty(shape: Shape, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("empty(shape: number[], { dtype, requiresGrad: boolean, device })", arguments);
  return filled("empty", shape, 0, options);
}

/** A tensor filled with one value. Shape, dtype and device are those of `x` unless given. */
export function fullLike(x: Tensor, value: number | boolean, options: CreateOptions = {}): Tensor {
  checkCall(
    "fullLike(x, value: number | NaN | boolean, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  checkTensor("fullLike", x);
  const stream = streamOf("fullLike", { device: options.device ?? x });
  const dtype = checkDType("fullLike", options.dtype ?? x.dtype);
  return leaf(constant(filling("fullLike", value, dtype), dtype, x.shape, stream), options);
}

/** A tensor like `x` whose values are arbitrary; here zeros, so that runs are reproducible. */
export function emptyLike(x: Tensor, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("emptyLike(x, { dtype, requiresGrad: boolean, device })", arguments);
  return fullLike(x, 0, options);
}

/** Zeros in the shape, dtype and on the device of `x`. */
export function zerosLike(x: Tensor, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("zerosLike(x, { dtype, requiresGrad: boolean, device })", arguments);
  return fullLike(x, 0, options);
}

/** Ones in the shape, dtype and on the device of `x`. */
export function onesLike(x: Tensor, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("onesLike(x, { dtype, requiresGrad: boolean, device })", arguments);
  return fullLike(x, 1, options);
}

/** The n × m matrix with ones on its diagonal. m is n unless given. */
export function eye(n: number, m?: number | CreateOptions, options?: CreateOptions): Tensor {
  checkCall(
    "eye(n: number, m?: number | options, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const settings = typeof m === "object" ? m : (options ?? {});
  const columns = typeof m === "number" ? m : n;
  const dtype = checkDType("eye", settings.dtype ?? "f32");
  const values = newArray("eye", dtype, sizeOf(checkShape("eye", [n, columns])));
  for (let i = 0; i < Math.min(n, columns); i++) values[i * columns + i] = 1;
  return fromHost(values, [n, columns], dtype, settings);
}
