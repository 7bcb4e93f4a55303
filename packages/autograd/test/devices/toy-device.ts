import { custom } from "../../src/devices/cpu/custom.ts";
import { reading } from "../../src/devices/cpu/reading.ts";
import type {
  BoundKernel,
  Copy,
  Device,
  DeviceBuffer,
  Kernel,
  Lowered,
  Program,
  Read,
  Submission,
} from "../../src/devices/device.ts";
import { passes } from "../../src/devices/passes.ts";
import { arrayType, type DType, hostBytes, type TypedArray } from "../../src/dtype.ts";
import { type Environment, evaluate } from "../../src/kernel/evaluate.ts";
import type { Loops } from "../../src/kernel/loops.ts";
import { printLoops } from "../../src/kernel/print.ts";
import { faultOf } from "../../src/kernel/verify.ts";
import { anchorOf, lower, partsOf } from "../../src/lower/lower.ts";

interface ToyBuffer extends DeviceBuffer {
  readonly memory: ArrayBuffer;
}

/** The loops of a kernel's part, or null where the part is in its author's words. */
interface ToyPart {
  readonly kernel: Kernel;
  readonly stages: readonly Loops[] | null;
  readonly firstOutput: number;
  readonly firstScratch: number;
}

interface ToyLowered extends Lowered {
  readonly parts: readonly ToyPart[];
}

interface ToyProgram extends Program {
  readonly kernels: readonly BoundKernel[];
}

/** A device that evaluates loops as they are written: what it takes to add one. */
export class ToyDevice implements Device {
  readonly kind: string = "toy";
  readonly description: string = "loops, one thread after another";
  readonly failure: Device["failure"] = null;
  readonly passes: Device["passes"] = passes;
  readonly language: Device["language"] = null;
  readonly maxBindings: number = 10;
  readonly maxBufferBytes: number = 2 ** 31;
  watch: Device["watch"] = null;

  supports(dtype: DType): boolean {
    return dtype !== "f64" && dtype !== "f16";
  }

  bytesOf(dtype: DType, count: number): number {
    return Math.ceil((hostBytes(dtype) * count) / 4) * 4;
  }

  createBuffer(bytes: number): ToyBuffer {
    return { bytes, memory: new ArrayBuffer(bytes) };
  }

  destroyBuffer(): void {}

  write(buffer: DeviceBuffer, offset: number, data: TypedArray): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array((buffer as ToyBuffer).memory).set(bytes, offset);
  }

  lower(kernel: Kernel): ToyLowered {
    const scratch: number[] = [];
    const parts = kernel.parts.length > 0 ? partsOf(kernel) : [{ first: 0, kernel }];
    const lowered = parts.map(({ first, kernel: own }): ToyPart => {
      const place = { kernel: own, firstOutput: first, firstScratch: scratch.length };
      if (anchorOf(own).op.meaning.kind === "custom") return { ...place, stages: null };
      const { stages, scratch: needed } = lower(own, {
        maxBindings: this.maxBindings,
        class: "software",
      });
      for (const stage of stages) {
        const fault = faultOf(stage);
        if (fault !== null) throw new Error(`${anchorOf(own).op.name}: ${fault}`);
      }
      scratch.push(...needed);
      return { ...place, stages };
    });
    const sources = lowered.flatMap(({ stages }) => (stages ?? []).map(printLoops));
    return { parts: lowered, scratch, sources };
  }

  program(kernels: readonly BoundKernel[]): ToyProgram {
    return { kernels, dispatches: kernels.length, dispose() {} };
  }

  submit({ program, params, before, after, reads }: Submission): Promise<TypedArray>[] {
    for (const copy of before) copyBytes(copy);
    let first = 0;
    for (const bound of (program as ToyProgram | null)?.kernels ?? []) {
      const { parts } = bound.lowered as ToyLowered;
      const { params: types } = (parts[0] as ToyPart).kernel;
      const numbers = types.map((type, slot) => asType(params[first + slot] as number, type));
      for (const part of parts) runPart(part, bound, numbers);
      first += types.length;
    }
    for (const copy of after) copyBytes(copy);
    return reads.map((read) => Promise.resolve(this.now(read)));
  }

  now({ from, fromByte, dtype, count }: Read): TypedArray {
    const bytes = (from as ToyBuffer).memory.slice(fromByte, fromByte + count * hostBytes(dtype));
    return new (arrayType(dtype))(bytes);
  }

  idle(): Promise<void> {
    return Promise.resolve();
  }

  onFailure(): void {}

  dispose(): void {}
}

function copyBytes({ from, fromByte, to, toByte, bytes }: Copy): void {
  const source = new Uint8Array((from as ToyBuffer).memory, fromByte, bytes);
  new Uint8Array((to as ToyBuffer).memory).set(source, toByte);
}

/** A parameter as its dtype holds it. */
const asType = (value: number, dtype: DType): number =>
  new (arrayType(dtype))(1).fill(value)[0] as number;

function runPart(part: ToyPart, bound: BoundKernel, params: readonly number[]): void {
  const elements = (buffer: DeviceBuffer | undefined, dtype: DType): TypedArray =>
    new (arrayType(dtype))((buffer as ToyBuffer).memory);
  const { kernel, stages, firstOutput, firstScratch } = part;
  if (stages === null) {
    const { op, attrs, operands, dtype } = anchorOf(kernel);
    if (op.meaning.kind !== "custom") return;
    const inputs = operands.map((operand) => {
      const { source } = operand as { source: { input: number } };
      return reading(operand, elements(bound.inputs[source.input], operand.dtype));
    });
    custom(op.meaning, op.name, attrs, inputs)(elements(bound.outputs[firstOutput], dtype));
    return;
  }
  const of = (buffer: Parameters<Environment["load"]>[0], dtype: DType): TypedArray => {
    if ("input" in buffer) return elements(bound.inputs[buffer.input], dtype);
    if ("output" in buffer) return elements(bound.outputs[firstOutput + buffer.output], dtype);
    return elements(bound.scratch[firstScratch + buffer.scratch], dtype);
  };
  for (const stage of stages) {
    evaluate(stage, {
      load: (buffer, dtype, index) => (of(buffer, dtype)[index] as number | undefined) ?? 0,
      store: (buffer, dtype, index, value) => {
        of(buffer, dtype)[index] = value; // nothing where the buffer ends
      },
      param: (slot) => params[slot] as number,
    });
  }
}
