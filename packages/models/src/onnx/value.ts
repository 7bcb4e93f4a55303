import { type Tensor, tensor } from "@wgrad/autograd";
import { OnnxError } from "./error.ts";
import { type ElementType, storage, typeOf } from "./types.ts";

/** Numbers on the host: shapes, axes, settings, and values computed from them. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Thrown if an operator needs numbers that are on the device: `run` reads them, `forward` cannot.
 */
export class NeedsNumbers extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super("the values are on the device");
    this.value = value;
  }
}

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A value of a graph: a tensor, numbers on the host, or both. */
export class Value {
  readonly type: ElementType;
  private device: Tensor | null;
  private numbers: HostArray | null;

  private constructor(type: ElementType, device: Tensor | null, numbers: HostArray | null) {
    this.type = type;
    this.device = device;
    this.numbers = numbers;
  }

  /** A tensor as a value; its type defaults to ONNX's type of the dtype. */
  static of(x: Tensor, type: ElementType = typeOf(x.dtype)): Value {
    return new Value(type, x, null);
  }

  static host(type: ElementType, shape: readonly number[], data: ArrayLike<number>): Value {
    return new Value(type, null, { shape, data });
  }

  get shape(): readonly number[] {
    return (this.device ?? (this.numbers as HostArray)).shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The numbers if they are on the host, else null. */
  get known(): HostArray | null {
    return this.numbers;
  }

  /** The numbers on the host. Throws NeedsNumbers if they are on the device. */
  get host(): HostArray {
    if (this.numbers === null) throw new NeedsNumbers(this);
    return this.numbers;
  }

  /** The tensor, made from the numbers if necessary. */
  get tensor(): Tensor {
    this.device ??= upload(this.type, this.numbers as HostArray);
    return this.device;
  }

  /** The numbers as a plain array. */
  list(): number[] {
    return Array.from(this.host.data);
  }

  /** The number of a value with one element. */
  number(): number {
    const { data } = this.host;
    if (data.length !== 1)
      throw new OnnxError(`expected a single number, got ${data.length} numbers`);
    return data[0] as number;
  }

  /** The same numbers without the tensor that was made from them. */
  fresh(): Value {
    return new Value(this.type, null, this.numbers);
  }

  /** Returns the tensor, which a module keeps; the value keeps its type only. */
  release(): Tensor {
    const x = this.tensor;
    [this.device, this.numbers] = [null, { shape: [0], data: [] }];
    return x;
  }

  /** Reads the numbers to the host. */
  async read(): Promise<void> {
    if (this.numbers !== null) return;
    this.numbers = { shape: this.shape, data: await this.tensor.data() };
  }
}

function upload(type: ElementType, { shape, data }: HostArray): Tensor {
  const dtype = storage(type);
  const options = { dtype, shape: [...shape] };
  if (dtype === "f64") return tensor(Float64Array.from(data), options);
  if (type.fraction) return tensor(Float32Array.from(data), options);
  if (dtype === "bool" || dtype === "u8") return tensor(Uint8Array.from(data), options);
  const array = dtype === "u32" ? Uint32Array.from(data) : Int32Array.from(data);
  const at = array.findIndex((x, i) => x !== data[i]);
  if (at < 0) return tensor(array, options);
  throw new OnnxError(
    `the ${type.name} ${data[at]} is out of range for ${dtype}` +
      "\n  hint: 64-bit integers have 32 bits on the device",
  );
}
