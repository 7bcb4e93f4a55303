import { arrayType, type DType, type TypedArray } from "../../dtype.ts";
import { DeviceError } from "../../errors.ts";
import { printLoops } from "../../kernel/print.ts";
import { anchorOf, lower, partsOf } from "../../lower/lower.ts";
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
import { Turns } from "../turns.ts";
import { hasFusedMultiply, hasVectors } from "./features.ts";
import { FunctionCache, type StageFunction } from "./functions.ts";
import { Memory, type WasmBuffer } from "./memory.ts";
import { type RenderedFunction, renderFunction } from "./render/function.ts";
import { typeOf } from "./render/types.ts";

/** A stage of a kernel, and how many of its grid's threads there are. */
interface Stage {
  readonly rendered: RenderedFunction;
  readonly count: number;
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
}

/** A part in its author's words, which the host computes. */
interface HostStage {
  readonly kernel: Kernel;
  readonly firstOutput: number;
}

interface WasmLowered extends Lowered {
  readonly kernel: Kernel;
  readonly stages: readonly (Stage | HostStage)[];
}

/** A call of a stage on its buffers: `params` are the words of its arguments that every run writes. */
interface Call {
  readonly run: StageFunction | (() => void);
  readonly block: number;
  readonly count: number;
  readonly chunk: number;
  readonly params: readonly {
    readonly word: number;
    readonly slot: number;
    readonly float: boolean;
  }[];
}

interface WasmProgram extends Program {
  readonly kernels: readonly { readonly calls: readonly Call[]; readonly parameters: number }[];
}

const passes: readonly Pass[] = ["chains", "outputs", "epilogues", "rows", "loads", "siblings"];

/** Threads of a stage that one call computes: short calls let the engine put faster code in their place. */
const CHUNKS = 8;

export interface WasmOptions {
  /** Multiply and add with one rounding where the machine does; without it all machines give the same bits. */
  readonly relaxed?: boolean;
}

/** WebAssembly with vectors on the processor: kernels are rendered from their loops, done by the time `submit` returns. */
export class WasmDevice implements Device {
  readonly kind: string = "wasm";
  readonly description: string;
  failure: Error | null = null;
  readonly passes: Device["passes"] = passes;
  readonly language: Device["language"] = null;
  readonly maxBindings: number = 1024;
  readonly maxBufferBytes: number = 2 ** 31;
  watch: Device["watch"] = null;
  readonly #memory = new Memory();
  readonly #functions = new FunctionCache(this.#memory.memory);
  readonly #relaxed: boolean;
  readonly #turns = new Turns();
  readonly #target: Target;
  readonly #listeners: ((error: Error) => void)[] = [];
  /** Where arrays of threads are. */
  #arrays: WasmBuffer | null = null;

  constructor({ relaxed = true }: WasmOptions = {}) {
    this.#relaxed = relaxed && hasFusedMultiply();
    this.description = `WebAssembly, vectors of 128 bits${this.#relaxed ? ", fused multiply-add" : ""}`;
    this.#target = { maxBindings: this.maxBindings, software: true, processor: true };
  }

  supports(dtype: DType): boolean {
    return dtype !== "f64";
  }

  /** Everything is a word: bools are 0 or 1, halves are floats that are rounded. */
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
      const lowered = lower(own, this.#target);
      const firstScratch = scratch.length;
      scratch.push(...lowered.scratch);
      for (const stage of lowered.stages) {
        const { grid } = stage;
        const count =
          grid.kind === "groups" ? grid.groups : grid.kind === "items" ? grid.items : grid.threads;
        const rendered = renderFunction(stage, this.#relaxed);
        stages.push({ rendered, count, kernel: own, firstOutput: first, firstScratch });
        loops.push(printLoops(stage));
      }
    }
    const result: WasmLowered = { kernel, stages, scratch, sources: loops };
    return result;
  }

  program(kernels: readonly BoundKernel[]): Program {
    const lowered = kernels.map((bound) => bound.lowered as WasmLowered);
    const rendered = lowered.flatMap(({ stages }) =>
      stages.flatMap((stage) => ("rendered" in stage ? [stage.rendered] : [])),
    );
    const lease = this.#functions.take(rendered);
    let next = 0;
    const words = lowered.flatMap(({ stages }) =>
      stages.map((stage) => ("rendered" in stage ? stage.rendered.words.length : 0)),
    );
    const block = this.#memory.take(4 * words.reduce((a, b) => a + b, 0));
    const arrayBytes = Math.max(0, ...rendered.map((one) => one.arrayBytes));
    if (arrayBytes > (this.#arrays?.bytes ?? 0)) {
      if (this.#arrays !== null) this.#memory.give(this.#arrays);
      this.#arrays = this.#memory.take(arrayBytes);
    }
    let at = block.address;
    const calls = kernels.map((bound) => {
      const { stages, kernel } = bound.lowered as WasmLowered;
      const own = stages.map((stage): Call => {
        if (!("rendered" in stage)) return this.#onHost(stage, bound);
        const own = at;
        at += 4 * stage.rendered.words.length;
        return {
          run: lease.functions[next++] as StageFunction,
          block: own,
          count: stage.count,
          chunk: Math.ceil(stage.count / (stage.count < 4 * CHUNKS ? 1 : CHUNKS)),
          params: this.#bind(stage, bound, own / 4),
        };
      });
      return { calls: own, parameters: kernel.params.length };
    });
    let live = true;
    const program: WasmProgram = {
      kernels: calls,
      dispatches: kernels.length,
      dispose: () => {
        if (!live) return;
        live = false;
        this.#memory.give(block);
        lease.end();
      },
    };
    return program;
  }

  /** Writes where a stage's buffers are; gives the words that hold numbers of the run. */
  #bind(stage: Stage, bound: BoundKernel, first: number): Call["params"] {
    const { words } = this.#memory;
    const params: { word: number; slot: number; float: boolean }[] = [];
    const bufferOf = (buffer: {
      input?: number;
      output?: number;
      scratch?: number;
    }): WasmBuffer => {
      if (buffer.input !== undefined) return bound.inputs[buffer.input] as WasmBuffer;
      if (buffer.output !== undefined)
        return bound.outputs[stage.firstOutput + buffer.output] as WasmBuffer;
      return bound.scratch[stage.firstScratch + (buffer.scratch as number)] as WasmBuffer;
    };
    for (const [i, word] of stage.rendered.words.entries()) {
      if ("address" in word) words[first + i] = bufferOf(word.address).address;
      else if ("last" in word) words[first + i] = Math.max(0, bufferOf(word.last).bytes / 4 - 1);
      else {
        const float = typeOf(stage.kernel.params[word.param] as DType) === "f32";
        params.push({ word: first + i, slot: word.param, float });
      }
    }
    return params;
  }

  #onHost({ kernel, firstOutput }: HostStage, bound: BoundKernel): Call {
    const { op, attrs, operands, dtype } = anchorOf(kernel);
    const { meaning } = op;
    if (meaning.kind !== "custom") throw new DeviceError(`${op.name}: is computed on the device`);
    const elements = (buffer: WasmBuffer, of: DType): TypedArray =>
      this.#elements(buffer.address, buffer.bytes / 4, of);
    const run = (): void => {
      const inputs = operands.map((operand) => {
        const { source } = operand as { source: { input: number } };
        return reading(operand, elements(bound.inputs[source.input] as WasmBuffer, operand.dtype));
      });
      const out = elements(bound.outputs[firstOutput] as WasmBuffer, dtype);
      custom(meaning, op.name, attrs, inputs)(out);
    };
    return { run, block: 0, count: 0, chunk: 0, params: [] };
  }

  /** Elements as they are in memory: words. */
  #elements(address: number, count: number, dtype: DType): TypedArray {
    const { buffer } = this.#memory.memory;
    if (typeOf(dtype) === "f32") return new Float32Array(buffer, address, count);
    return dtype === "i32"
      ? new Int32Array(buffer, address, count)
      : new Uint32Array(buffer, address, count);
  }

  submit({ program, params, before, after, reads }: Submission): Promise<TypedArray>[] {
    if (this.failure !== null) throw this.failure;
    for (const copy of before) this.#copy(copy);
    if (program !== null) this.#run(program as WasmProgram, params);
    for (const copy of after) this.#copy(copy);
    return reads.map((read) => this.#turns.give(this.now(read)));
  }

  #run({ kernels }: WasmProgram, params: ArrayLike<number>): void {
    const { words, floats } = this.#memory;
    const arrays = this.#arrays?.address ?? 0;
    const spans: [number, number][] | null = this.watch === null ? null : [];
    let first = 0;
    for (const { calls, parameters } of kernels) {
      const begin = spans === null ? 0 : performance.now();
      for (const { run, block, count, chunk, params: own } of calls) {
        for (const { word, slot, float } of own) {
          if (float) floats[word] = params[first + slot] as number;
          else words[word] = params[first + slot] as number;
        }
        if (chunk === 0) (run as () => void)();
        for (let at = 0; at < count; at += chunk)
          run(at, Math.min(at + chunk, count), block, arrays);
      }
      spans?.push([begin, performance.now()]);
      first += parameters;
    }
    if (spans !== null) this.watch?.(Promise.resolve({ source: "host", spans }));
  }

  #copy({ from, fromByte, to, toByte, bytes }: Copy): void {
    const source = (from as WasmBuffer).address + fromByte;
    new Uint8Array(this.#memory.memory.buffer).copyWithin(
      (to as WasmBuffer).address + toByte,
      source,
      source + bytes,
    );
  }

  now({ from, fromByte, dtype, count }: Read): TypedArray {
    const values = this.#elements((from as WasmBuffer).address + fromByte, count, dtype);
    const copy = new (arrayType(dtype))(count);
    (copy as Float32Array).set(values as Float32Array);
    return copy;
  }

  idle(): Promise<void> {
    return this.#turns.give(undefined);
  }

  onFailure(listener: (error: Error) => void): void {
    this.#listeners.push(listener);
  }

  dispose(): void {}
}

/** The device, where the engine has vectors. */
export const openWasm = (options: WasmOptions = {}): WasmDevice | null =>
  hasVectors() ? new WasmDevice(options) : null;
