import type { DType } from "../../dtype.ts";
import type { BoundKernel, Program } from "../device.ts";
import type { LoweredKernel } from "./lower.ts";
import { type Memory, UNIFORM } from "./memory.ts";
import type { Binding } from "./shader.ts";

/** What programs share: a pipeline for each shader text, a layout for each pattern of bindings. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #onInvalid: (kernel: string, message: string) => void;

  constructor(device: GPUDevice, onInvalid: (kernel: string, message: string) => void) {
    this.#device = device;
    this.#onInvalid = onInvalid;
  }

  layout(bindings: readonly Binding[]): GPUBindGroupLayout {
    const key = bindings.map(({ writable }) => (writable ? "w" : "r")).join("");
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const visibility = 4; // GPUShaderStage.COMPUTE
      const entries: GPUBindGroupLayoutEntry[] = bindings.map(({ writable }, i) => ({
        binding: i + 1,
        visibility,
        buffer: { type: writable ? "storage" : "read-only-storage" },
      }));
      entries.unshift({ binding: 0, visibility, buffer: { type: "uniform" } });
      layout = this.#device.createBindGroupLayout({ label: `bindings ${key}`, entries });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  pipeline(name: string, code: string, layout: GPUBindGroupLayout): GPUComputePipeline {
    let pipeline = this.#pipelines.get(code);
    if (pipeline === undefined) {
      const device = this.#device;
      device.pushErrorScope("validation");
      const module = device.createShaderModule({ label: name, code });
      pipeline = device.createComputePipeline({
        label: name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      device.popErrorScope().then(
        (error) => error && this.#onInvalid(name, error.message),
        () => {}, // the device is lost, which is told elsewhere
      );
      this.#pipelines.set(code, pipeline);
    }
    return pipeline;
  }
}

interface Digit {
  readonly word: number;
  readonly parameter: number;
  readonly stride: number;
  readonly size: number;
}

interface Dispatch {
  /** The kernel it is part of, by its place in the program. */
  readonly kernel: number;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
}

/** Kernels on their buffers: pipelines, bind groups and one uniform buffer, made once. */
export class GPUProgram implements Program {
  readonly #dispatches: Dispatch[] = [];
  readonly #uniforms: GPUBuffer | null = null;
  readonly #bytes: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  /** Of every parameter of the program: its word in the block, -1 if no shader reads it, and its dtype. */
  readonly #places: number[] = [];
  readonly #dtypes: DType[] = [];
  /** Words that get a digit of a parameter. */
  readonly #digits: Digit[] = [];
  #written = false;

  constructor(
    device: GPUDevice,
    pipelines: Pipelines,
    memory: Memory,
    kernels: readonly BoundKernel[],
  ) {
    const align = device.limits.minUniformBufferOffsetAlignment;
    const offsets: number[] = [];
    let size = 0;
    for (const kernel of kernels) {
      const { words } = kernel.lowered as LoweredKernel;
      offsets.push(size);
      size += Math.ceil(words.byteLength / align) * align;
    }
    this.#bytes = new ArrayBuffer(size);
    this.#words = new Uint32Array(this.#bytes);
    this.#floats = new Float32Array(this.#bytes);
    if (size > 0) this.#uniforms = memory.create(size, UNIFORM);
    kernels.forEach((kernel, i) => {
      this.#add(device, pipelines, memory, kernel, offsets[i] as number, i);
    });
  }

  #add(
    device: GPUDevice,
    pipelines: Pipelines,
    memory: Memory,
    { lowered, inputs, outputs, scratch }: BoundKernel,
    offset: number,
    index: number,
  ): void {
    const { name, stages, words, parameters, parameterCount } = lowered as LoweredKernel;
    this.#words.set(words, offset / 4);
    const places = new Array<number>(parameterCount).fill(-1);
    const dtypes = new Array<DType>(parameterCount).fill("u32");
    for (const { word, parameter, dtype, digit } of parameters) {
      if (digit !== undefined) {
        const number = this.#places.length + parameter;
        this.#digits.push({ ...digit, word: offset / 4 + word, parameter: number });
        continue;
      }
      places[parameter] = offset / 4 + word;
      dtypes[parameter] = dtype;
    }
    this.#places.push(...places);
    this.#dtypes.push(...dtypes);
    for (const { wgsl, bindings, workgroups } of stages) {
      const layout = pipelines.layout(bindings);
      const entries: GPUBindGroupEntry[] = bindings.map(({ source, range, slab }, i) => {
        const bound =
          "input" in source
            ? inputs[source.input]
            : "scratch" in source
              ? scratch[source.scratch]
              : outputs[source.output];
        const { buffer, offset, size } = memory.region(bound);
        const [from, bytes] = range ? [offset + range.offset, range.size] : [offset, size];
        const resource = slab === true ? { buffer } : { buffer, offset: from, size: bytes };
        return { binding: i + 1, resource };
      });
      const uniforms = { buffer: this.#uniforms as GPUBuffer, offset, size: words.byteLength };
      entries.unshift({ binding: 0, resource: uniforms });
      this.#dispatches.push({
        kernel: index,
        pipeline: pipelines.pipeline(name, wgsl, layout),
        group: device.createBindGroup({ label: name, layout, entries }),
        workgroups,
      });
    }
  }

  get dispatches(): number {
    return this.#dispatches.length;
  }

  /** Sends the parameters that differ from the run before, in one write. */
  writeParameters(queue: GPUQueue, params: ArrayLike<number>): void {
    if (this.#uniforms === null) return;
    const words = this.#words;
    let first = this.#written ? words.length : 0;
    let last = this.#written ? -1 : words.length - 1;
    for (let p = 0; p < this.#places.length; p++) {
      const word = this.#places[p] as number;
      if (word < 0) continue;
      const before = words[word];
      const value = params[p] as number;
      const dtype = this.#dtypes[p];
      if (dtype === "f32" || dtype === "f16") this.#floats[word] = value;
      else if (dtype === "bool") words[word] = value === 0 ? 0 : 1;
      else words[word] = value;
      if (words[word] === before) continue;
      if (word < first) first = word;
      if (word > last) last = word;
    }
    for (const { word, parameter, stride, size } of this.#digits) {
      const value = Math.floor((params[parameter] as number) / stride) % size;
      if (words[word] === value) continue;
      words[word] = value;
      if (word < first) first = word;
      if (word > last) last = word;
    }
    this.#written = true;
    if (last < first) return;
    queue.writeBuffer(this.#uniforms, first * 4, this.#bytes, first * 4, (last - first + 1) * 4);
  }

  kernelOf(dispatch: number): number {
    return (this.#dispatches[dispatch] as Dispatch).kernel;
  }

  encodeOne(pass: GPUComputePassEncoder, dispatch: number): void {
    const { pipeline, group, workgroups } = this.#dispatches[dispatch] as Dispatch;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
  }

  encode(pass: GPUComputePassEncoder): void {
    let pipeline: GPUComputePipeline | null = null;
    for (const dispatch of this.#dispatches) {
      if (dispatch.pipeline !== pipeline) pass.setPipeline(dispatch.pipeline);
      pipeline = dispatch.pipeline;
      pass.setBindGroup(0, dispatch.group);
      pass.dispatchWorkgroups(dispatch.workgroups[0], dispatch.workgroups[1]);
    }
  }

  dispose(): void {
    this.#uniforms?.destroy();
  }
}
