import type { Device, Kernel, Lowered, Place } from "../devices/device.ts";
import { type Cost, infoOf, type KernelInfo, totalOf } from "./cost.ts";
import type { FuseOptions } from "./passes.ts";
import { type Scheduled, schedule } from "./schedule.ts";
import type { Trace } from "./trace.ts";

/** A kernel with the slab ranges of its buffers, and its lowering. */
interface Made {
  readonly kernel: Kernel;
  readonly lowered: Lowered;
}

/** Estimated bytes of a kernel's description, and of each step of a schedule. */
const KERNEL_BYTES = 2048;
const STEP_BYTES = 512;

/**
 * A plan without its buffers. Programs that work on different cells share one, so a second model of
 * the same shape is bound but not compiled.
 */
export class Template {
  readonly key: Float64Array;
  readonly kernels: readonly KernelInfo[];
  /** The cost of one run. */
  readonly cost: Cost;
  /** For each parameter of the program, its index into the trace's dynamics. */
  readonly paramOf: Int32Array;
  private scheduled: readonly Scheduled[] | null;
  private made: (Made | undefined)[] = [];

  constructor(trace: Trace, device: Device, options: FuseOptions) {
    const kernels = schedule(trace, options);
    this.scheduled = kernels;
    this.key = trace.key.copy();
    this.paramOf = Int32Array.from(kernels.flatMap((kernel) => kernel.params));
    this.kernels = kernels.map((kernel) => infoOf(kernel, trace, device));
    this.cost = totalOf(this.kernels);
  }

  /** Its kernels. `trace` must have this key. */
  schedule(trace: Trace, options: FuseOptions): readonly Scheduled[] {
    this.scheduled ??= schedule(trace, options);
    return this.scheduled;
  }

  /** Lowers kernel k. The result is reused if its buffers' slab ranges are the same. */
  lower(k: number, kernel: Kernel, device: Device): Lowered {
    const known = this.made[k];
    if (known !== undefined && areBoundAlike(known.kernel, kernel)) return known.lowered;
    const lowered = device.lower(kernel);
    this.made[k] = { kernel, lowered };
    return lowered;
  }

  /** Whether the device would now lower one of its kernels differently. */
  isOutdated(device: Device): boolean {
    return this.made.some((one) => one !== undefined && device.outdated?.(one.lowered) === true);
  }

  /** Its kernels, with the threads of those that are lowered. */
  get launched(): KernelInfo[] {
    return this.kernels.map((info, k) => ({
      ...info,
      threads: this.made[k]?.lowered.threads ?? [],
    }));
  }

  /** Frees the schedule and lowerings. Binding the template again then repeats that work. */
  trim(): void {
    this.scheduled = null;
    this.made = [];
  }

  /** Estimated bytes on the host. */
  get bytes(): number {
    const { key, paramOf, kernels, scheduled, made } = this;
    let bytes = key.byteLength + paramOf.byteLength + kernels.length * KERNEL_BYTES;
    for (const { kernel } of scheduled ?? []) bytes += stepsOf(kernel) * STEP_BYTES;
    for (const one of made) for (const text of one?.lowered.sources ?? []) bytes += text.length;
    return bytes;
  }
}

const stepsOf = ({ steps, parts }: Kernel): number =>
  steps.length + parts.reduce((sum, part) => sum + stepsOf(part), 0);

const areBoundAlike = (a: Kernel, b: Kernel): boolean =>
  a.inputs.every((input, i) => {
    const other = b.inputs[i];
    return input.inPlace === other?.inPlace && isSamePlace(input.place, other.place);
  }) && (a.places ?? []).every((place, i) => isSamePlace(place, b.places?.[i]));

const isSamePlace = (a: Place | null | undefined, b: Place | null | undefined): boolean =>
  a?.slab === b?.slab && a?.offset === b?.offset;
