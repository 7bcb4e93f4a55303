import { type Tensor, tensor } from "@wgrad/autograd";
import { OnnxError } from "./error.ts";
import { type ElementType, storage, typeOf } from "./types.ts";

/** Numbers on the host: shapes, axes, settings, and what is computed of them. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Thrown where an operator needs numbers that are on the device: `run` reads them, `forward` cannot. */
export class NeedsNumbers extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super("the numbers are on the device");
    this.value = value;
  }
}

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

  /** A tensor as a value, of the type that ONNX has for its dtype unless another is meant. */
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

  /** The numbers, where they are on the host. */
  get known(): HostArray | null {
    return this.numbers;
  }

  /** The numbers. Throws NeedsNumbers where they are on the device. */
  get host(): HostArray {
    if (this.numbers === null) throw new NeedsNumbers(this);
    return this.numbers;
  }

  /** The tensor; made of the numbers where there is none. */
  get tensor(): Tensor {
    this.device ??= upload(this.type, this.numbers as HostArray);
    return this.device;
  }

  /** The numbers as a plain array. */
  list(): number[] {
    return Array.from(this.host.data);
  }

  /** The single number of a value of one element. */
  number(): number {
    const { data } = this.host;
    if (data.length !== 1) throw new OnnxError(`a single number, got ${data.length} of them`);
    return data[0] as number;
  }

  /** The same numbers without the tensor that was made of them. */
  fresh(): Value {
    return new Value(this.type, null, this.numbers);
  }

  /** The tensor, which a module keeps from here on; the value keeps its type alone. */
  release(): Tensor {
    const x = this.tensor;
    [this.device, this.numbers] = [null, { shape: [0], data: [] }];
    return x;
  }

  /** Brings the numbers to the host. */
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
    `the ${type.name} ${data[at]} is past what ${dtype} holds` +
      "\n  hint: 64-bit integers are of 32 bits on the device",
  );
}
