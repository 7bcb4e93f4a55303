import { DeviceError, OutOfMemoryError } from "../../errors.ts";
import type { Binding } from "../../lower/bindings.ts";
import { UniformMemory } from "../../lower/uniforms.ts";
import type { BoundKernel, Program } from "../device.ts";
import { type ErrorScopes, indented, isOutOfMemory } from "./error-scopes.ts";
import { type Block, type Memory, UNIFORM } from "./memory.ts";
import type { RenderedKernel } from "./render/kernel.ts";

/** A compiled shader. */
interface Compiled {
  readonly pipeline: GPUComputePipeline;
  /** The error of its compilation, once it is known. */
  fault: Error | null;
}

/** A cache of pipelines by shader text, and of layouts by pattern of bindings. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #scopes: ErrorScopes;
  readonly #compiled = new Map<string, Compiled>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice, scopes: ErrorScopes) {
    this.#device = device;
    this.#scopes = scopes;
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

  /** The error of this text's compilation; null if none is known. */
  faultOf(code: string): Error | null {
    return this.#compiled.get(code)?.fault ?? null;
  }

  compile({ name, title }: RenderedKernel, code: string, layout: GPUBindGroupLayout): Compiled {
    let compiled = this.#compiled.get(code);
    if (compiled === undefined) {
      const device = this.#device;
      let module: GPUShaderModule | null = null;
      const make = (): GPUComputePipeline => {
        module = device.createShaderModule({ label: name, code });
        return device.createComputePipeline({
          label: name,
          layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
          compute: { module, entryPoint: "main" },
        });
      };
      const refuse = async (error: GPUError): Promise<void> => {
        made.fault = await refused(title, code, module, error);
      };
      const made: Compiled = { pipeline: this.#scopes.make(make, refuse), fault: null };
      compiled = made;
      this.#compiled.set(code, made);
    }
    return compiled;
  }
}

/** The error for a kernel that the device refuses: the compiler's messages with their lines. */
async function refused(
  title: string,
  code: string,
  module: GPUShaderModule | null,
  error: GPUError,
): Promise<Error> {
  if (isOutOfMemory(error)) return new OutOfMemoryError(`webgpu: ${title}: ${error.message}`);
  const lines = code.split("\n");
  const { messages } = (await module?.getCompilationInfo().catch(() => null)) ?? { messages: [] };
  const told = messages
    .filter(({ type }) => type === "error")
    .map(({ message, lineNum, linePos }) => {
      const line = lines[lineNum - 1]?.trim();
      const where = line === undefined ? "" : `line ${lineNum}, column ${linePos}: `;
      return `${where}${message.trim()}${line === undefined ? "" : `\n  ${line}`}`;
    });
  return new DeviceError(
    `webgpu: the device refuses the kernel of ${title}` +
      indented(told.length > 0 ? told.join("\n") : error.message) +
      '\n  hint: unless the WGSL is yours, this is a bug of wgrad or of the driver; init({ fusion: "off" }) may avoid it',
  );
}

interface Dispatch {
  /** Index of its kernel in the program. */
  readonly kernel: number;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
}

/** Kernels on their buffers: pipelines, bind groups and one uniform buffer. */
export class GPUProgram implements Program {
  /** Whether it has run once without an error. */
  proven = false;
  /** The operations of its kernels, for messages. */
  readonly title: string;
  readonly #dispatches: Dispatch[] = [];
  readonly #uniforms: Block | null = null;
  readonly #compiled = new Set<Compiled>();
  readonly #blocks = new Set<{ readonly fault: Error | null }>();
  #fault: Error | null = null;
  readonly #release: (destroy: () => void) => void;
  readonly #numbers: UniformMemory;

  constructor(
    device: GPUDevice,
    scopes: ErrorScopes,
    pipelines: Pipelines,
    memory: Memory,
    kernels: readonly BoundKernel[],
    release: (destroy: () => void) => void,
  ) {
    this.#release = release;
    this.title = kernels.map(({ lowered }) => (lowered as RenderedKernel).title).join("; ");
    const align = device.limits.minUniformBufferOffsetAlignment;
    const offsets: number[] = [];
    let size = 0;
    for (const kernel of kernels) {
      const { words } = kernel.lowered as RenderedKernel;
      offsets.push(size);
      size += Math.ceil(words.byteLength / align) * align;
    }
    this.#numbers = new UniformMemory(size);
    if (size > 0) this.#uniforms = memory.create(size, UNIFORM);
    const bind = (): void =>
      kernels.forEach((kernel, i) => {
        this.#add(device, pipelines, memory, kernel, offsets[i] as number, i);
      });
    const refuse = (error: GPUError): void => {
      this.#fault = new DeviceError(`webgpu: ${this.title}:${indented(error.message)}`);
    };
    scopes.make(bind, refuse, ["validation"]);
  }

  /** The error that keeps it from running; null if none is known. */
  get fault(): Error | null {
    for (const { fault } of this.#blocks) if (fault !== null) return fault;
    for (const { fault } of this.#compiled) if (fault !== null) return fault;
    return this.#fault;
  }

  #add(
    device: GPUDevice,
    pipelines: Pipelines,
    memory: Memory,
    { lowered, inputs, outputs, scratch }: BoundKernel,
    offset: number,
    index: number,
  ): void {
    const made = lowered as RenderedKernel;
    const { name, stages, words } = made;
    if (this.#uniforms !== null) this.#blocks.add(this.#uniforms);
    for (const bound of [...inputs, ...outputs, ...scratch])
      this.#blocks.add(memory.blockOf(bound));
    this.#numbers.add(made, offset);
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
      const { buffer } = this.#uniforms as Block;
      entries.unshift({ binding: 0, resource: { buffer, offset, size: words.byteLength } });
      const compiled = pipelines.compile(made, wgsl, layout);
      this.#compiled.add(compiled);
      this.#dispatches.push({
        kernel: index,
        pipeline: compiled.pipeline,
        group: device.createBindGroup({ label: name, layout, entries }),
        workgroups,
      });
    }
  }

  get dispatches(): number {
    return this.#dispatches.length;
  }

  /** Writes the words that changed since the last run. */
  writeParameters(queue: GPUQueue, params: ArrayLike<number>): void {
    const changed = this.#numbers.set(params);
    if (this.#uniforms === null || changed === null) return;
    const { offset, size } = changed;
    queue.writeBuffer(this.#uniforms.buffer, offset, this.#numbers.bytes, offset, size);
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
    this.#release(() => this.#uniforms?.buffer.destroy());
  }
}
