import { arrayType, type DType, hostBytes, type TypedArray } from "../../dtype.ts";
import { WgradError } from "../../errors.ts";
import { dimOf, isDescending, reducedDims } from "../../graph/attributes.ts";
import type { Reading } from "../../graph/reading.ts";
import { roundHalves } from "../../half.ts";
import { sizeOf } from "../../shape.ts";
import type {
  BoundKernel,
  Copy,
  Device,
  DeviceBuffer,
  Kernel,
  KernelOperand,
  KernelStep,
  Lowered,
  Program,
  Read,
  Submission,
} from "../device.ts";
import { Yielder } from "../yielder.ts";
import { assemble } from "./assemble.ts";
import { contract } from "./contract.ts";
import { custom } from "./custom.ts";
import { elementwise } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { reading } from "./reading.ts";
import { reduce } from "./reduce.ts";
import { scan } from "./scan.ts";
import { scatter } from "./scatter.ts";
import { sort } from "./sort.ts";

class CpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  memory: ArrayBuffer;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.memory = new ArrayBuffer(bytes);
  }

  /** The first `count` elements; by default all that fit. */
  elements(dtype: DType, count: number = Math.floor(this.bytes / hostBytes(dtype))): TypedArray {
    return new (arrayType(dtype))(this.memory, 0, count);
  }
}

/** A kernel and the sizes of scratch buffers, one for each step but the last. */
interface CpuLowered extends Lowered {
  readonly kernel: Kernel;
}

/** Runs a kernel once. Its parameters begin at index `first` of the program's. */
type Run = (params: ArrayLike<number>, first: number) => void;

interface CpuProgram extends Program {
  /** Adds begin and end of each kernel to `spans`, if given. */
  readonly run: (params: ArrayLike<number>, spans: [number, number][] | null) => void;
}

/** The reference device: plain loops in f64 over typed arrays. It computes within `submit`. */
export class CpuDevice implements Device {
  readonly kind = "cpu";
  readonly description = "cpu (reference)";
  readonly failure: Error | null = null;
  readonly passes: Device["passes"] = [];
  readonly language: Device["language"] = null;
  readonly maxBindings: number = Number.MAX_SAFE_INTEGER;
  readonly maxBufferBytes: number = 2 ** 32;
  watch: Device["watch"] = null;
  readonly #yielder = new Yielder();

  supports(_dtype: DType): boolean {
    return true;
  }

  bytesOf(dtype: DType, count: number): number {
    return Math.ceil((hostBytes(dtype) * count) / 4) * 4;
  }

  createBuffer(bytes: number): DeviceBuffer {
    return new CpuBuffer(bytes);
  }

  destroyBuffer(buffer: DeviceBuffer): void {
    (buffer as CpuBuffer).memory = new ArrayBuffer(0);
  }

  write(buffer: DeviceBuffer, offset: number, data: TypedArray, _dtype: DType): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array((buffer as CpuBuffer).memory).set(bytes, offset);
  }

  lower(kernel: Kernel): Lowered {
    const scratch = kernel.steps
      .slice(0, -1)
      .map((step) => this.bytesOf(step.dtype, isConstant(step) ? 1 : sizeOf(step.shape)));
    return { kernel, scratch, sources: [] } as CpuLowered;
  }

  program(kernels: readonly BoundKernel[]): Program {
    const parts = kernels.map((bound) => ({
      run: bindKernel(bound),
      params: (bound.lowered as CpuLowered).kernel.params.length,
    }));
    const program: CpuProgram = {
      dispatches: kernels.length,
      run: (params, spans) => {
        let first = 0;
        for (const part of parts) {
          const begin = spans === null ? 0 : performance.now();
          part.run(params, first);
          spans?.push([begin, performance.now()]);
          first += part.params;
        }
      },
      dispose: () => {},
    };
    return program;
  }

  submit({ program, params, before, after, reads }: Submission): Promise<TypedArray>[] {
    for (const copy of before) copyBytes(copy);
    const spans: [number, number][] | null = this.watch === null ? null : [];
    (program as CpuProgram | null)?.run(params, spans);
    if (program !== null && spans !== null)
      this.watch?.(Promise.resolve({ source: "host", spans }));
    for (const copy of after) copyBytes(copy);
    return reads.map((read) => this.#yielder.give(readElements(read)));
  }

  now(read: Read): TypedArray {
    return readElements(read);
  }

  idle(): Promise<void> {
    return this.#yielder.give(undefined);
  }

  onFailure(_listener: (error: Error) => void): void {}

  dispose(): void {}
}

function copyBytes({ from, fromByte, to, toByte, bytes }: Copy): void {
  const source = new Uint8Array((from as CpuBuffer).memory, fromByte, bytes);
  new Uint8Array((to as CpuBuffer).memory).set(source, toByte);
}

function readElements({ from, fromByte, dtype, count, into }: Read): TypedArray {
  const values = new (arrayType(dtype))((from as CpuBuffer).memory, fromByte, count);
  if (into === undefined) return values.slice();
  into.set(values);
  return into;
}

/** Whether a step has one value for all elements. It is stored once and read with strides of 0. */
const isConstant = ({ op, operands }: KernelStep): boolean =>
  op.meaning.kind === "elementwise" && operands.length === 0 && !op.meaning.indexed;

const isConstantOperand = ({ steps }: Kernel, { source }: KernelOperand): boolean =>
  "step" in source && isConstant(steps[source.step] as KernelStep);

function bindKernel({ lowered, inputs, outputs, scratch }: BoundKernel): Run {
  const { kernel } = lowered as CpuLowered;
  const results = kernel.steps.map((step, i) => {
    const place = kernel.stored.indexOf(i);
    const buffer = (place < 0 ? scratch[i] : outputs[place]) as CpuBuffer;
    return buffer.elements(step.dtype, place < 0 && isConstant(step) ? 1 : sizeOf(step.shape));
  });
  const runs = kernel.steps.map((step, i) => {
    const readings = step.operands.map((operand): Reading => {
      const { source, dtype } = operand;
      if ("input" in source) {
        const buffer = inputs[source.input] as CpuBuffer;
        return reading(operand, buffer.elements(dtype));
      }
      const value = reading(operand, results[source.step] as TypedArray);
      return isConstantOperand(kernel, operand)
        ? { ...value, strides: value.strides.map(() => 0) }
        : value;
    });
    const compute = bindStep(step, readings);
    const result = results[i] as TypedArray;
    // a result may be written into an input's buffer; unless it reads element for element, it would
    // overwrite elements that are still to be read
    const overlaps = step.operands.some(
      ({ source, view }) =>
        "input" in source &&
        inputs[source.input] === outputs[kernel.stored.indexOf(i)] &&
        (view !== null || step.op.meaning.kind !== "elementwise"),
    );
    const moving = readings.flatMap((at, k) => {
      const operand = step.operands[k] as KernelOperand;
      const fixed = operand.offset < 0 || isConstantOperand(kernel, operand);
      return fixed ? [] : [{ at, slot: operand.offset }];
    });
    const slots = step.scalars.map((slot) => ({ slot, dtype: kernel.params[slot] as DType }));
    const scalars = slots.map(() => 0);
    // a number in an f16 expression is not rounded to f16: PyTorch computes with it as f32
    const halves = step.dtype === "f16" && !(isConstant(step) && !kernel.stored.includes(i));
    return (params: ArrayLike<number>, first: number): void => {
      for (const { at, slot } of moving) at.offset = params[first + slot] as number;
      for (const [k, { slot, dtype }] of slots.entries()) {
        scalars[k] = round(params[first + slot] as number, dtype);
      }
      if (!overlaps) compute(result, scalars);
      else {
        const apart = new (arrayType(step.dtype))(result.length);
        compute(apart, scalars);
        result.set(apart);
      }
      if (halves) roundHalves(result);
    };
  });
  return (params, first) => {
    for (const run of runs) run(params, first);
  };
}

/** A parameter's value, rounded to its dtype. */
const round = (value: number, dtype: DType): number =>
  dtype === "f32" || dtype === "f16" ? Math.fround(value) : value;

function bindStep(
  step: KernelStep,
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const { meaning, name } = step.op;
  const [a, b] = operands as readonly [Reading, Reading];
  switch (meaning.kind) {
    case "elementwise":
      return elementwise(meaning, step.dtype, step.shape, operands);
    case "reduce":
      return reduce(meaning, step.dtype, reducedDims(step.attrs), a);
    case "contract":
      return contract(step.dtype, step.attrs, a, b);
    case "assemble":
      return assemble(step.attrs, operands);
    case "gather":
      return gather(step.dtype, dimOf(step.attrs), a, b);
    case "scatter":
      return scatter(meaning, step.dtype, dimOf(step.attrs), a, b, operands[2] as Reading);
    case "scan":
      return scan(meaning, step.dtype, a);
    case "sort":
      return sort(isDescending(step.attrs), a);
    case "attention":
      return meaning.lowerings.host(meaning, step.attrs, operands);
    case "custom":
      return custom(meaning, name, step.attrs, operands);
    case "source":
      throw new WgradError(`cpu: '${name}' is data from the host, which no kernel computes`);
  }
}
