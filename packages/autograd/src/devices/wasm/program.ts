import type { DType } from "../../dtype.ts";
import type { BoundKernel, DeviceBuffer, Kernel, Lowered, Program } from "../device.ts";
import { titleOf } from "../title.ts";
import { MOST_CHUNKS } from "./control.ts";
import type { CompiledFunction, FunctionCache, FunctionLease } from "./functions.ts";
import type { Memory, WasmBuffer } from "./memory.ts";
import type { RenderedFunction } from "./render/function.ts";
import { typeOf } from "./render/types.ts";
import { Saved } from "./saved.ts";
import type { Threads } from "./threads.ts";

/** A stage of a kernel, and the number of threads (or workgroups) of its grid. */
export interface Stage {
  readonly rendered: RenderedFunction;
  readonly count: number;
  /** An estimate of the instructions of all threads. */
  readonly cost: number;
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
}

/** A custom kernel, which the host computes. */
export interface HostStage {
  readonly kernel: Kernel;
  readonly firstOutput: number;
}

export interface WasmLowered extends Lowered {
  readonly kernel: Kernel;
  readonly stages: readonly (Stage | HostStage)[];
}

/** A scalar of the run: the word that holds it, and its index among the kernel's parameters. */
interface Parameter {
  readonly word: number;
  readonly slot: number;
  readonly float: boolean;
}

/** A call of a stage on its buffers. */
interface Call {
  readonly run: CompiledFunction;
  /** Several threads take its chunks. */
  readonly shared: boolean;
  readonly block: number;
  readonly count: number;
  readonly chunk: number;
  readonly parameters: readonly Parameter[];
}

interface KernelCalls {
  readonly calls: readonly (Call | (() => void))[];
  readonly parameters: number;
  readonly kernel: Kernel;
  readonly outputs: readonly DeviceBuffer[];
}

/** Instructions of a chunk, about 10 µs. Engines can switch to optimized code between chunks. */
export const CHUNK = 65_536;

/** What all programs of a device share. */
export interface Engine {
  readonly memory: Memory;
  readonly functions: FunctionCache;
  readonly threads: Threads | null;
  /** Instructions of a chunk. A stage of two chunks or more is shared among threads. */
  readonly chunk: number;
  /** Memory for the local arrays of every thread. */
  readonly arrays: Arrays;
  /** Gives the function that computes a stage on the host. */
  onHost(stage: HostStage, bound: BoundKernel): () => void;
}

/** Memory for the local arrays of threads: for each thread, the most that any program needs. */
export class Arrays {
  readonly #memory: Memory;
  readonly #threads: number;
  #all: WasmBuffer | null = null;
  /** Bytes of one thread. */
  bytes = 0;

  constructor(memory: Memory, threads: number) {
    this.#memory = memory;
    this.#threads = threads;
  }

  get address(): number {
    return this.#all?.address ?? 0;
  }

  need(bytes: number): void {
    if (bytes <= this.bytes) return;
    const own = Math.ceil(bytes / 64) * 64;
    const all = this.#memory.take(own * this.#threads);
    if (this.#all !== null) this.#memory.give(this.#all);
    this.#all = all;
    this.bytes = own;
  }
}

/** Kernels on their buffers: functions, and blocks of memory with their arguments. */
export class WasmProgram implements Program {
  #saved: Saved | null = null;
  readonly #kernels: readonly KernelCalls[];
  readonly #engine: Engine;
  readonly #lease: FunctionLease;
  readonly #block: WasmBuffer;
  /** Index of the kernel that runs, or ran last. */
  #at = 0;
  #live = true;

  constructor(engine: Engine, kernels: readonly BoundKernel[]) {
    this.#engine = engine;
    const { memory, functions, arrays } = engine;
    const stages = kernels.flatMap(({ lowered }) => (lowered as WasmLowered).stages);
    const rendered = stages.flatMap((stage) => ("rendered" in stage ? [stage.rendered] : []));
    arrays.need(Math.max(0, ...rendered.map(({ arrayBytes }) => arrayBytes)));
    this.#block = memory.take(rendered.reduce((sum, { words }) => sum + 4 * words.length, 0));
    this.#lease = functions.take(rendered);
    let at = this.#block.address;
    let next = 0;
    this.#kernels = kernels.map((bound): KernelCalls => {
      const { stages, kernel } = bound.lowered as WasmLowered;
      const calls = stages.map((stage) => {
        if (!("rendered" in stage)) return engine.onHost(stage, bound);
        const block = at;
        at += 4 * stage.rendered.words.length;
        return this.#call(stage, bound, this.#lease.functions[next++] as CompiledFunction, block);
      });
      return { calls, parameters: kernel.params.length, kernel, outputs: bound.outputs };
    });
  }

  #call(stage: Stage, bound: BoundKernel, run: CompiledFunction, block: number): Call {
    const { count, cost } = stage;
    const { threads, chunk } = this.#engine;
    const chunks = Math.max(1, Math.min(count, Math.floor(cost / chunk), MOST_CHUNKS));
    return {
      run,
      shared: threads !== null && chunks > 1,
      block,
      count,
      chunk: Math.ceil(count / chunks),
      parameters: this.#bind(stage, bound, block / 4),
    };
  }

  /** Writes the addresses of a stage's buffers. Returns the words that hold scalars of the run. */
  #bind(stage: Stage, bound: BoundKernel, first: number): Parameter[] {
    const { words } = this.#engine.memory;
    const parameters: Parameter[] = [];
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
        parameters.push({ word: first + i, slot: word.param, float });
      }
    }
    return parameters;
  }

  get dispatches(): number {
    return this.#kernels.length;
  }

  /** The kernel that runs, or ran last, for messages. */
  get title(): string {
    return titleOf((this.#kernels[this.#at] as KernelCalls).kernel);
  }

  /** Whether a kernel that has started in this run writes one of these buffers. */
  wrote(buffers: readonly DeviceBuffer[]): boolean {
    const begun = this.#kernels.slice(0, this.#at + 1);
    return begun.some(({ outputs }) => outputs.some((output) => buffers.includes(output)));
  }

  /** Copies the buffers that it overwrites, so that they can be restored if the run traps. */
  save(overwrites: readonly WasmBuffer[]): Saved {
    if (this.#saved === null) {
      this.#saved = new Saved(this.#engine.memory, overwrites);
      this.#saved.begin();
    }
    this.#saved.take();
    return this.#saved;
  }

  /** Runs its kernels. Adds begin and end of each to `spans`, if given. */
  run(params: ArrayLike<number>, spans: [number, number][] | null): void {
    const { memory, threads, arrays } = this.#engine;
    const { words, floats } = memory;
    const { address, bytes } = arrays;
    let first = 0;
    for (let k = 0; k < this.#kernels.length; k++) {
      this.#at = k;
      const begin = spans === null ? 0 : performance.now();
      const kernel = this.#kernels[k] as KernelCalls;
      for (const call of kernel.calls) {
        if (typeof call === "function") {
          call();
          continue;
        }
        for (const { word, slot, float } of call.parameters) {
          if (float) floats[word] = params[first + slot] as number;
          else words[word] = params[first + slot] as number;
        }
        if (call.shared) {
          (threads as Threads).run(call, address, bytes);
          continue;
        }
        const { run, count, chunk, block } = call;
        for (let at = 0; at < count; at += chunk)
          run.compute(at, Math.min(at + chunk, count), block, address);
      }
      spans?.push([begin, performance.now()]);
      first += kernel.parameters;
    }
  }

  dispose(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#engine.memory.give(this.#block);
    this.#lease.end();
    this.#saved?.end();
  }
}
