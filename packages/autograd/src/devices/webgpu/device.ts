import type { DType, TypedArray } from "../../dtype.ts";
import { DeviceError, DeviceLostError } from "../../errors.ts";
import { formsFor } from "../../lower/gpu.ts";
import type {
  BoundKernel,
  BufferGroup,
  Copy,
  Device,
  DeviceBuffer,
  Kernel,
  Program,
  Submission,
  Timings,
} from "../device.ts";
import { passes } from "../passes.ts";
import type { OpenOptions } from "../registry.ts";
import { TaskQueue } from "../task-queue.ts";
import { wordBytes } from "../words.ts";
import { type AdapterInfo, type AdapterKind, adapterInfo, openAdapter } from "./adapter.ts";
import { asError, ErrorScopes, lost } from "./error-scopes.ts";
import { BETWEEN, type Block, Memory } from "./memory.ts";
import { GPUProgram, Pipelines } from "./program.ts";
import { type Landings, Readback } from "./readback.ts";
import { type RenderedKernel, type RenderTarget, renderKernel } from "./render/kernel.ts";

/** How many submits are checked after an error of unknown origin. */
const WARY = 8;

/** A submit with staging memory for its reads. */
interface Prepared extends Submission {
  readonly landings: Landings | null;
}

/**
 * Runs kernels as WGSL compute shaders. A submit with new pipelines or buffers waits until the GPU
 * reports that they are valid, and later submits wait, too. If they are not valid, it does not run.
 */
export class WebGPUDevice implements Device {
  readonly kind = "webgpu";
  readonly passes: Device["passes"] = passes;
  readonly language: Device["language"] = "wgsl";
  readonly description: string;
  readonly info: AdapterInfo;
  readonly gpu: GPUDevice;
  readonly maxBindings: number;
  readonly maxBufferBytes: number;
  watch: Device["watch"] = null;
  #timing: typeof import("./timing.ts") | null = null;
  readonly #scopes: ErrorScopes;
  readonly #tasks = new TaskQueue();
  readonly #memory: Memory;
  readonly #pipelines: Pipelines;
  readonly #readback: Readback;
  readonly #listeners: ((error: Error) => void)[] = [];
  readonly #ownsDevice: boolean;
  /** Copies within one buffer go through this one: not all implementations allow them directly. */
  #between: Block | null = null;
  /** Functions that reject the pending reads. */
  readonly #underWay = new Set<(error: Error) => void>();
  #failure: Error | null = null;
  #stray: Error | null = null;
  #wary = 0;

  constructor(gpu: GPUDevice, info: AdapterInfo, ownsDevice: boolean) {
    this.gpu = gpu;
    this.info = info;
    this.#ownsDevice = ownsDevice;
    const { vendor, architecture, description, software, class: kind } = info;
    const name =
      description || [vendor, architecture].filter(Boolean).join(" ") || "WebGPU adapter";
    const forms = kind === "software" ? "" : `, kernels of the class ${kind}`;
    this.description = software ? `${name} (software${forms})` : name;
    this.#scopes = new ErrorScopes(gpu);
    this.#memory = new Memory(gpu, this.#scopes);
    this.#pipelines = new Pipelines(gpu, this.#scopes);
    this.#readback = new Readback(this.#memory);
    this.maxBindings = gpu.limits.maxStorageBuffersPerShaderStage;
    this.maxBufferBytes = this.#memory.maxBufferBytes;
    gpu.lost.then(({ reason, message }) => this.#fail(lost(reason, message)));
    gpu.addEventListener("uncapturederror", (event) => {
      if (ownsDevice) event.preventDefault(); // the error will be thrown, so it need not be printed
      this.#hearStray((event as GPUUncapturedErrorEvent).error);
    });
  }

  get failure(): Error | null {
    return this.#failure;
  }

  takeError(): Error | null {
    const error = this.#stray;
    this.#stray = null;
    return error;
  }

  supports(dtype: DType): boolean {
    return dtype === "f16" ? this.gpu.features.has("shader-f16") : dtype !== "f64";
  }

  bytesOf(dtype: DType, count: number): number {
    return wordBytes(dtype, count);
  }

  createBuffer(bytes: number, group: BufferGroup | null = null): DeviceBuffer {
    this.#check();
    return this.#memory.allocate(bytes, group);
  }

  destroyBuffer(buffer: DeviceBuffer): void {
    this.#inOrder(() => this.#memory.free(buffer));
  }

  write(buffer: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    this.#check();
    const write = () => this.#memory.write(buffer, offset, data, dtype);
    if (!this.#scopes.pending) this.#inOrder(write);
    else {
      const settled = this.#scopes.settled();
      this.#tasks.add(() => settled.then(write));
    }
  }

  /** `asked` overrides the target (tiling, class of adapter) for tests and measurements. */
  lower(kernel: Kernel, asked?: Partial<RenderTarget>): RenderedKernel {
    this.#check();
    const lowered = renderKernel(kernel, {
      maxBindings: this.maxBindings,
      maxWorkgroups: this.gpu.limits.maxComputeWorkgroupsPerDimension,
      ...formsFor(asked?.class ?? this.info.class),
      subgroups: this.gpu.features.has("subgroups"),
      ...asked,
    });
    for (const { wgsl } of lowered.stages) {
      const fault = this.#pipelines.faultOf(wgsl);
      if (fault !== null) throw fault;
    }
    return lowered;
  }

  program(kernels: readonly BoundKernel[]): Program {
    this.#check();
    return new GPUProgram(
      this.gpu,
      this.#scopes,
      this.#pipelines,
      this.#memory,
      kernels,
      (destroy) => this.#inOrder(destroy),
    );
  }

  submit(submission: Submission): Promise<TypedArray>[] {
    this.#check();
    const { program, before, after, reads, verdict = null } = submission;
    const kernels = program as GPUProgram | null;
    const computes = kernels !== null && kernels.dispatches > 0;
    if (!computes && before.length + after.length + reads.length === 0) {
      const attempt = this.#tasks.empty ? undefined : submission.trial?.();
      if (attempt !== undefined) this.#tasks.add(() => attempt.passed());
      return [];
    }
    this.#makeRoom(before);
    this.#makeRoom(after);
    const landings = reads.length === 0 ? null : this.#readback.prepare(reads);
    const proven = !computes || kernels.proven;
    const sure =
      proven && verdict === null && !this.#wary && !this.#scopes.pending && this.#tasks.empty;
    const values = sure
      ? this.#arrival(landings, this.#run({ ...submission, landings }, this.watch))
      : this.#hold({ ...submission, landings, params: Float64Array.from(submission.params) });
    return reads.map((_, i) => values.then((all) => all[i] as TypedArray));
  }

  async judge(program: Program): Promise<Error | null> {
    await this.#scopes.settled();
    return (program as GPUProgram).fault;
  }

  /** Submits after the submits before it, once the device has checked all that it uses. */
  #hold(submission: Prepared): Promise<TypedArray[]> {
    const { landings } = submission;
    const trial = submission.trial?.() ?? null;
    const program = submission.program as GPUProgram | null;
    const settled = this.#scopes.settled();
    const watch = this.#watchLater(program);
    const values = new Promise<TypedArray[]>((resolve, reject) => {
      const refuse = (error: Error): void => {
        if (trial !== null) trial.failed(error);
        else if (landings === null) this.#stray ??= error;
        if (landings !== null) this.#readback.give(landings);
        watch?.(Promise.reject(error));
        reject(error);
      };
      this.#tasks.add(async () => {
        await settled;
        const forbidden = await submission.verdict;
        const error = forbidden ?? trial?.error ?? this.#failure ?? this.#faultOf(submission);
        if (error) return refuse(error);
        try {
          const submitted = await this.#runWatched(submission, watch);
          trial?.passed();
          resolve(this.#arrival(landings, submitted));
        } catch (error) {
          refuse(this.#failure ?? (error as Error));
        }
      });
    });
    values.catch(() => {}); // a rejection that nobody reads is not an unhandled one
    return values;
  }

  /** `#run`; waits for the device's check if the program is new or a recent error has no origin. */
  async #runWatched(
    submission: Prepared,
    watch: Device["watch"],
  ): Promise<() => Promise<TypedArray[]>> {
    const program = submission.program as GPUProgram | null;
    if (this.#wary === 0 && (program === null || program.proven))
      return this.#run(submission, watch);
    if (this.#wary > 0) this.#wary--;
    const { made, verdict } = this.#scopes.scoped(() => this.#run(submission, watch));
    const error = await verdict;
    if (error !== null) throw asError(error, program?.title);
    if (program !== null) program.proven = true;
    return made;
  }

  /** The watch of a submit that runs later. */
  #watchLater(program: GPUProgram | null): Device["watch"] {
    const { watch } = this;
    if (watch === null || program === null || program.dispatches === 0) return null;
    let tell: (timings: Promise<Timings>) => void = () => {};
    watch(
      new Promise<Timings>((resolve) => {
        tell = resolve;
      }),
    );
    return tell;
  }

  /** The error that keeps a submit from running: an invalid shader, or a failed allocation. */
  #faultOf({ program, before, after, landings }: Prepared): Error | null {
    const buffers = [...before, ...after].flatMap(({ from, to }) => [from, to]);
    for (const { from } of landings?.places.map(({ read }) => read) ?? []) buffers.push(from);
    const blocks = buffers.map((buffer) => this.#memory.blockOf(buffer));
    for (const own of [landings?.staging, this.#between]) if (own) blocks.push(own);
    const unusable = blocks.find(({ fault }) => fault !== null);
    return (program as GPUProgram | null)?.fault ?? unusable?.fault ?? null;
  }

  /** The values; rejected if the device is lost or reports an error of unknown origin. */
  #arrival(
    landings: Landings | null,
    submitted: () => Promise<TypedArray[]>,
  ): Promise<TypedArray[]> {
    if (landings === null) return Promise.resolve([]);
    return new Promise<TypedArray[]>((resolve, reject) => {
      const give = (error: Error): void => {
        this.#underWay.delete(give);
        reject(error);
      };
      this.#underWay.add(give);
      submitted().then(
        (values) => {
          this.#underWay.delete(give);
          resolve(values);
        },
        async (error: unknown) => give(await this.#explain(error)),
      );
    });
  }

  /** Encodes and submits. The result waits for the values. */
  #run(submission: Prepared, watch: Device["watch"]): () => Promise<TypedArray[]> {
    const { program, params, before, after, landings } = submission;
    const { queue } = this.gpu;
    const kernels = program as GPUProgram | null;
    const computes = kernels !== null && kernels.dispatches > 0;
    if (computes) kernels.writeParameters(queue, params);
    let encoder = this.gpu.createCommandEncoder();
    for (const copy of before) this.#copy(encoder, copy);
    let timed: (() => Promise<Timings>) | null = null;
    const timing = watch === null ? null : this.#timing;
    if (computes && timing !== null) {
      if (this.gpu.features.has("timestamp-query")) {
        timed = timing.encodeStamped(this.gpu, encoder, kernels);
      } else {
        queue.submit([encoder.finish()]);
        watch?.(timing.submitApart(this.gpu, kernels));
        encoder = this.gpu.createCommandEncoder();
      }
    } else if (computes) {
      const pass = encoder.beginComputePass();
      kernels.encode(pass);
      pass.end();
    }
    for (const copy of after) this.#copy(encoder, copy);
    if (landings !== null) this.#readback.encode(encoder, landings);
    queue.submit([encoder.finish()]);
    if (timed !== null) watch?.(timed());
    return () => (landings === null ? Promise.resolve([]) : this.#readback.arrive(landings));
  }

  async prepareWatch(): Promise<void> {
    this.#timing ??= await import("./timing.ts");
  }

  async idle(): Promise<void> {
    this.#check();
    await this.#tasks.drained();
    try {
      await this.gpu.queue.onSubmittedWorkDone();
    } catch (error) {
      throw await this.#explain(error);
    }
    this.#check();
  }

  onFailure(listener: (error: Error) => void): void {
    this.#listeners.push(listener);
    if (this.#failure !== null) listener(this.#failure);
  }

  dispose(): void {
    this.#failure ??= new DeviceLostError("webgpu: the device was disposed");
    if (this.#ownsDevice) this.gpu.destroy();
  }

  /** Runs a task now, or after the submits that wait. */
  #inOrder(task: () => void): void {
    if (this.#tasks.empty) task();
    else this.#tasks.add(task);
  }

  #copy(encoder: GPUCommandEncoder, { from, fromByte, to, toByte, bytes }: Copy): void {
    if (bytes === 0) return;
    const [source, target] = [this.#memory.region(from), this.#memory.region(to)];
    const [begin, end] = [source.offset + fromByte, target.offset + toByte];
    if (source.buffer !== target.buffer) {
      encoder.copyBufferToBuffer(source.buffer, begin, target.buffer, end, bytes);
      return;
    }
    const { buffer } = this.#between as Block;
    encoder.copyBufferToBuffer(source.buffer, begin, buffer, 0, bytes);
    encoder.copyBufferToBuffer(buffer, 0, target.buffer, end, bytes);
  }

  /** Allocates the buffer that copies within one buffer go through. */
  #makeRoom(copies: readonly Copy[]): void {
    for (const { from, to, bytes } of copies) {
      if (this.#memory.blockOf(from) !== this.#memory.blockOf(to)) continue;
      const before = this.#between;
      if (before !== null && before.fault === null && before.buffer.size >= bytes) continue;
      this.#between = this.#memory.create(2 ** Math.ceil(Math.log2(bytes)), BETWEEN);
      before?.buffer.destroy();
    }
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    for (const listener of this.#listeners) listener(error);
  }

  /** Handles an error of unknown origin: any pending read may be wrong. */
  #hearStray(caught: GPUError): void {
    if (this.#failure !== null) return;
    this.#wary = WARY;
    const error = asError(caught);
    if (this.#underWay.size === 0) this.#stray = error;
    for (const reject of this.#underWay) reject(error);
  }

  /** The cause of a rejected GPU promise. The event of a lost device may come a little later. */
  async #explain(error: unknown): Promise<Error> {
    for (let turn = 0; turn < 10 && this.#failure === null; turn++) {
      await new Promise((resolve) => setTimeout(resolve, turn));
    }
    return this.#failure ?? new DeviceError(`webgpu: ${(error as Error).message}`);
  }
}

/** Opens a device on the given GPUDevice, or on the best adapter; null if there is none. */
export async function openWebGPU(
  which: GPUDevice | AdapterKind = "any",
  options: Pick<OpenOptions, "class"> = {},
): Promise<WebGPUDevice | null> {
  if (typeof which !== "string")
    return new WebGPUDevice(which, { ...adapterInfo(which.adapterInfo), ...options }, false);
  const opened = await openAdapter(which);
  return opened && new WebGPUDevice(opened.gpu, { ...opened.info, ...options }, true);
}
