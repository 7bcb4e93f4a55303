import { arrayType, type DType, type TypedArray } from "../../dtype.ts";
import { DeviceError, DeviceLostError } from "../../errors.ts";
import { printLoops } from "../../kernel/print.ts";
import { anchorOf, atOperation, lower, partsOf } from "../../lower/lower.ts";
import { nameValues } from "../../lower/name-values.ts";
import { processor } from "../../lower/processor.ts";
import type { Target } from "../../lower/target.ts";
import { custom } from "../cpu/custom.ts";
import { reading } from "../cpu/reading.ts";
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
} from "../device.ts";
import type { Pass } from "../passes.ts";
import { Yielder } from "../yielder.ts";
import { costOf } from "./cost.ts";
import { hasFusedMultiply, hasVectors } from "./features.ts";
import { FunctionCache } from "./functions.ts";
import { canShare, processors } from "./helper.ts";
import { Memory, type WasmBuffer } from "./memory.ts";
import {
  Arrays,
  CHUNK,
  type Engine,
  type HostStage,
  type Stage,
  type WasmLowered,
  WasmProgram,
} from "./program.ts";
import { renderFunction } from "./render/function.ts";
import { typeOf } from "./render/types.ts";
import { Threads } from "./threads.ts";

const passes: readonly Pass[] = ["chains", "outputs", "epilogues", "rows", "loads", "siblings"];

export interface WasmOptions {
  /** Use fused multiply-add if the machine has it. Without it all machines give the same bits. */
  readonly relaxed?: boolean;
  /** The most threads; by default the processors, at most four. One if memory cannot be shared. */
  readonly threads?: number;
  /** Instructions of a chunk. Tests make chunks small. */
  readonly chunk?: number;
}

/** The most threads by default. */
const MOST_THREADS = 4;

/** WebAssembly with vectors. It renders kernels from loops and computes within `submit`. */
export class WasmDevice implements Device {
  readonly kind: string = "wasm";
  readonly description: string;
  failure: Error | null = null;
  readonly passes: Device["passes"] = passes;
  readonly language: Device["language"] = null;
  readonly maxBindings: number = 1024;
  readonly maxBufferBytes: number = 2 ** 31;
  watch: Device["watch"] = null;
  readonly #memory: Memory;
  readonly #engine: Engine;
  readonly #relaxed: boolean;
  readonly #yielder = new Yielder();
  readonly #target: Target;
  readonly #listeners: ((error: Error) => void)[] = [];

  constructor({
    relaxed = true,
    threads = Math.min(MOST_THREADS, processors()),
    chunk = CHUNK,
  }: WasmOptions = {}) {
    this.#relaxed = relaxed && hasFusedMultiply();
    const count = canShare() ? threads : 1;
    const memory = new Memory(count > 1);
    this.#memory = memory;
    this.#engine = {
      memory,
      functions: new FunctionCache(memory),
      threads: count > 1 ? new Threads(memory, count) : null,
      chunk,
      arrays: new Arrays(memory, count),
      onHost: (stage, bound) => this.#onHost(stage, bound),
    };
    this.description =
      `WebAssembly, vectors of 128 bits${this.#relaxed ? ", fused multiply-add" : ""}, ` +
      `${count} ${count === 1 ? "thread" : "threads"}`;
    this.#target = { maxBindings: this.maxBindings, class: "software", processor };
  }

  supports(dtype: DType): boolean {
    return dtype !== "f64";
  }

  /** Every element is a word: bools are 0 or 1, halves are rounded floats. */
  bytesOf(_dtype: DType, count: number): number {
    return 4 * count;
  }

  createBuffer(bytes: number): DeviceBuffer {
    return this.#memory.take(bytes);
  }

  destroyBuffer(buffer: DeviceBuffer): void {
    this.#memory.give(buffer as WasmBuffer);
  }

  write(buffer: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    const at = ((buffer as WasmBuffer).address + offset) / 4;
    if (typeOf(dtype) === "f32") this.#memory.floats.set(data as Float32Array, at);
    else this.#memory.words.set(data as Int32Array, at);
  }

  lower(kernel: Kernel): Lowered {
    const scratch: number[] = [];
    const stages: (Stage | HostStage)[] = [];
    const parts = kernel.parts.length > 0 ? partsOf(kernel) : [{ first: 0, kernel }];
    const loops: string[] = [];
    for (const { first, kernel: own } of parts) {
      if (anchorOf(own).op.meaning.kind === "custom") {
        stages.push({ kernel: own, firstOutput: first });
        continue;
      }
      const lowered = atOperation(anchorOf(own).op.name, () => lower(own, this.#target));
      const firstScratch = scratch.length;
      scratch.push(...lowered.scratch);
      for (const stage of lowered.stages) {
        const { grid } = stage;
        const count =
          grid.kind === "groups" ? grid.groups : grid.kind === "items" ? grid.items : grid.threads;
        const rendered = renderFunction(stage, this.#relaxed);
        const cost = count * costOf(stage);
        stages.push({ rendered, count, cost, kernel: own, firstOutput: first, firstScratch });
        // without names, every value that is read twice would double the text
        loops.push(printLoops({ ...stage, body: nameValues(stage.body).body }));
      }
    }
    const result: WasmLowered = { kernel, stages, scratch, sources: loops };
    return result;
  }

  program(kernels: readonly BoundKernel[]): Program {
    return new WasmProgram(this.#engine, kernels);
  }

  #onHost({ kernel, firstOutput }: HostStage, bound: BoundKernel): () => void {
    const { op, attrs, operands, dtype } = anchorOf(kernel);
    const { meaning } = op;
    if (meaning.kind !== "custom")
      throw new DeviceError(`${op.name}: is computed on the device, not on the host`);
    const elements = (buffer: WasmBuffer, of: DType): TypedArray =>
      this.#elements(buffer.address, buffer.bytes / 4, of);
    return () => {
      const inputs = operands.map((operand) => {
        const { source } = operand as { source: { input: number } };
        return reading(operand, elements(bound.inputs[source.input] as WasmBuffer, operand.dtype));
      });
      const out = elements(bound.outputs[firstOutput] as WasmBuffer, dtype);
      custom(meaning, op.name, attrs, inputs)(out);
    };
  }

  /** A view of elements in memory. */
  #elements(address: number, count: number, dtype: DType): TypedArray {
    const { buffer } = this.#memory.memory;
    if (typeOf(dtype) === "f32") return new Float32Array(buffer, address, count);
    return dtype === "i32"
      ? new Int32Array(buffer, address, count)
      : new Uint32Array(buffer, address, count);
  }

  submit({
    program,
    params,
    before,
    after,
    reads,
    overwrites = [],
  }: Submission): Promise<TypedArray>[] {
    if (this.failure !== null) throw this.failure;
    for (const copy of before) this.#copy(copy);
    if (program !== null) this.#run(program as WasmProgram, params, overwrites);
    for (const copy of after) this.#copy(copy);
    return reads.map((read) => this.#yielder.give(this.now(read)));
  }

  #run(program: WasmProgram, params: ArrayLike<number>, overwrites: readonly DeviceBuffer[]): void {
    const spans: [number, number][] | null = this.watch === null ? null : [];
    const saved = program.save(overwrites as readonly WasmBuffer[]);
    try {
      program.run(params, spans);
    } catch (error) {
      saved.restore();
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const trap = `wasm: the kernel of ${program.title} trapped: ${error.message}`;
      if (!saved.complete && program.wrote(overwrites)) throw this.#fail(trap);
      throw new DeviceError(`${trap}\n  hint: this is a bug of wgrad; try another device`);
    }
    saved.settle();
    if (spans !== null) this.watch?.(Promise.resolve({ source: "host", spans }));
  }

  /** Loses the device, because cells were partly overwritten. */
  #fail(why: string): DeviceLostError {
    const error = new DeviceLostError(
      `${why}\n  after it had overwritten a part of the parameters\n  hint: init() opens a fresh device; load your last checkpoint`,
    );
    this.failure = error;
    this.dispose();
    for (const listener of this.#listeners) listener(error);
    return error;
  }

  #copy({ from, fromByte, to, toByte, bytes }: Copy): void {
    const source = (from as WasmBuffer).address + fromByte;
    new Uint8Array(this.#memory.memory.buffer).copyWithin(
      (to as WasmBuffer).address + toByte,
      source,
      source + bytes,
    );
  }

  now({ from, fromByte, dtype, count, into }: Read): TypedArray {
    const values = this.#elements((from as WasmBuffer).address + fromByte, count, dtype);
    const copy = into ?? new (arrayType(dtype))(count);
    (copy as Float32Array).set(values as Float32Array);
    return copy;
  }

  idle(): Promise<void> {
    return this.#yielder.give(undefined);
  }

  onFailure(listener: (error: Error) => void): void {
    this.#listeners.push(listener);
  }

  dispose(): void {
    this.#engine.threads?.dispose();
  }
}

/** Opens the device; null if the engine has no vectors. */
export const openWasm = (options: WasmOptions = {}): WasmDevice | null =>
  hasVectors() ? new WasmDevice(options) : null;
