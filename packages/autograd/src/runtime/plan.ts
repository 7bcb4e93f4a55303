import { isOwn } from "../compile/batch.ts";
import { HOLD_CELL, HOLD_NOTHING, type Hold } from "../compile/hold.ts";
import type { FuseOptions } from "../compile/passes.ts";
import type { Scheduled } from "../compile/schedule.ts";
import type { Template } from "../compile/template.ts";
import type { Trace } from "../compile/trace.ts";
import type {
  BoundKernel,
  BufferGroup,
  Device,
  DeviceBuffer,
  Kernel,
  Lowered,
  Program,
} from "../devices/device.ts";
import { LimitError } from "../errors.ts";
import type { Cell, Home } from "../graph/cell.ts";
import type { Node } from "../graph/node.ts";
import type { InputSlot, Inputs } from "./inputs.ts";
import type { Arena, ArenaLease } from "./memory.ts";
import { expire } from "./retention.ts";
import type { PlannedKernel } from "./verify.ts";

/** Where plans are made. */
export interface Workplace {
  readonly device: Device;
  readonly inputs: Inputs;
  readonly arena: Arena;
  readonly options: FuseOptions & { readonly verified: boolean };
}

/** A value that leaves the plan. */
export interface Output {
  readonly position: number;
  readonly hold: Hold;
  /** Where the kernel leaves it: a buffer of the arena, or the cell's own. */
  readonly buffer: DeviceBuffer;
  readonly bytes: number;
}

/** A template on fixed memory. Running it again costs one submit and creates nothing. */
export class Plan {
  readonly template: Template;
  /** Ids of the homes it works on, in the order of the trace. */
  readonly homes: readonly number[];
  readonly program: Program | null;
  readonly outputs: readonly Output[];
  /** Cells' buffers that its kernels write in place. */
  readonly overwrites: readonly DeviceBuffer[];
  readonly slots: readonly (InputSlot | null)[];
  /** What is to be verified when it runs for the first time; null otherwise. */
  unverified: readonly PlannedKernel[] | null = null;
  /** Bytes of its temporary buffers, and the most that its order of kernels needs at once. */
  readonly memory: { readonly peakBytes: number; readonly liveBytes: number };
  /** Number of the run that used it last. */
  lastRun = 0;
  private readonly inputs: Inputs;
  private readonly lease: ArenaLease;
  private expectsRead = false;
  private wasRead = false;
  private readonly params: Float64Array;

  constructor(template: Template, trace: Trace, { device, inputs, arena, options }: Workplace) {
    this.template = template;
    this.homes = trace.homes.slice();
    this.inputs = inputs;
    this.params = new Float64Array(template.paramOf.length);
    this.slots = inputs.take(trace.sources);
    this.lease = arena.lease();
    const { lease } = this;
    try {
      const kernels = template.schedule(trace, options);
      const lower = (k: number, kernel: Kernel): Lowered => template.lower(k, kernel, device);
      const { bound, outputs } = place(trace, kernels, this.slots, device, lower, lease);
      this.outputs = outputs;
      this.overwrites = outputs
        .filter(({ position, hold, buffer }) => {
          return hold === HOLD_CELL && buffer === homeBuffer(trace.order[position] as Node);
        })
        .map(({ buffer }) => buffer);
      this.memory = { peakBytes: lease.peakBytes, liveBytes: lease.liveBytes };
      this.program = bound.length === 0 ? null : device.program(bound);
      if (options.verified) {
        this.unverified = kernels.map((scheduled, k) => {
          return { scheduled, bound: bound[k] as BoundKernel };
        });
      }
    } catch (error) {
      this.giveBack();
      throw error;
    }
  }

  /** Bytes of the inputs that no other plan reads. */
  get ownBytes(): number {
    let bytes = 0;
    for (const slot of this.slots) if (slot?.users === 1) bytes += slot.buffer.bytes;
    return bytes;
  }

  /** One of its 0-d results is read: the next run brings them along in its own submit. */
  expectRead(): void {
    this.expectsRead = true;
    this.wasRead = true;
  }

  /** Whether this run's 0-d results are to be read with it: those of the run before were. */
  readsAhead(): boolean {
    this.expectsRead &&= this.wasRead;
    this.wasRead = false;
    return this.expectsRead;
  }

  /** The numbers of this run, in the program's order. */
  parameters(trace: Trace): Float64Array {
    const { params } = this;
    const { paramOf } = this.template;
    for (let i = 0; i < params.length; i++) params[i] = trace.dynamics.at(paramOf[i] as number);
    return params;
  }

  /** What its input slots were given may not be there. */
  forgetInputs(): void {
    for (const slot of this.slots) if (slot !== null) slot.node = -1;
  }

  dispose(): void {
    this.program?.dispose();
    this.giveBack();
  }

  private giveBack(): void {
    this.inputs.give(this.slots);
    this.lease.end();
  }
}

/** The kernel as the device runs it; `giveUp` hears why it never can. */
function orGiveUp(lower: () => Lowered, giveUp: (why: Error) => void): Lowered {
  try {
    return lower();
  } catch (error) {
    giveUp(error as Error);
    throw error;
  }
}

/** A buffer for the node's value; a value that no buffer holds can never be computed. */
function room(
  lease: ArenaLease,
  bytes: number,
  group: BufferGroup | undefined,
  node: Node,
): DeviceBuffer {
  try {
    return lease.take(bytes, group ?? null);
  } catch (error) {
    if (error instanceof LimitError) {
      error.message = `${node.op.name}: ${error.message}`;
      expire(node, error);
    }
    throw error;
  }
}

/**
 * Gives every kernel its buffers: temporaries from the arena by liveness, cells in place where
 * possible.
 */
function place(
  trace: Trace,
  kernels: readonly Scheduled[],
  slots: readonly (InputSlot | null)[],
  device: Device,
  lower: (k: number, kernel: Kernel) => Lowered,
  lease: ArenaLease,
): { bound: BoundKernel[]; outputs: Output[] } {
  const lastRead = new Map<number, number>();
  kernels.forEach((kernel, k) => {
    for (const input of kernel.inputs) lastRead.set(input, k);
  });
  const groups = groupsOf(trace, kernels);
  const bufferOf = new Map<number, DeviceBuffer>();
  const owned = new Set<number>();
  const bound: BoundKernel[] = [];
  const outputs: Output[] = [];
  let nothing: DeviceBuffer | null = null;
  const empty = (): DeviceBuffer => {
    nothing ??= lease.take(4);
    return nothing;
  };
  trace.sources.forEach((source, i) => {
    const slot = slots[i];
    bufferOf.set(-1 - i, slot ? slot.buffer : (source.node.storage?.buffer as DeviceBuffer));
  });
  kernels.forEach((scheduled, k) => {
    const { stores, inputs } = scheduled;
    const inPlace = inputs.map(() => -1);
    const written = stores.map((position, s) => {
      const node = trace.order[position] as Node;
      const base = inputs[scheduled.base] ?? -1;
      const over = base >= 0 && owned.has(base) && lastRead.get(base) === k;
      if (over && s === stores.length - 1 && trace.holdOf(position) !== HOLD_CELL) {
        inPlace[scheduled.base] = s;
        owned.delete(base);
        return bufferOf.get(base) as DeviceBuffer;
      }
      if (
        trace.holdOf(position) !== HOLD_CELL ||
        !writableInPlace(trace, node, scheduled, k, lastRead) ||
        isCustom(scheduled)
      ) {
        return room(lease, device.bytesOf(node.dtype, node.size), groups.get(position), node);
      }
      const home = homeBuffer(node);
      inputs.forEach((input, i) => {
        if (bufferOf.get(input) === home) inPlace[i] = s;
      });
      return home;
    });
    const places = written.map(({ place }) => place ?? null);
    const beside = places.some((place) => place !== null);
    const kernelInputs = scheduled.kernel.inputs.map((input, i) => ({
      ...input,
      inPlace: inPlace[i] as number,
      place:
        ((beside || scheduled.kernel.batched) && bufferOf.get(inputs[i] as number)?.place) || null,
    }));
    const kernel = { ...scheduled.kernel, inputs: kernelInputs, places };
    const giveUp = (why: Error): void => {
      for (const position of stores) expire(trace.order[position] as Node, why);
    };
    const lowered = orGiveUp(() => lower(k, kernel), giveUp);
    const scratch = lowered.scratch.map((size) => lease.take(size));
    // an empty tensor has no kernel and so no buffer: any will do
    const read = inputs.map((i) => bufferOf.get(i) ?? empty());
    bound.push({ lowered, inputs: read, outputs: written, scratch });
    for (const buffer of scratch) lease.give(buffer);
    stores.forEach((position, s) => {
      const node = trace.order[position] as Node;
      const buffer = written[s] as DeviceBuffer;
      const hold = trace.holdOf(position);
      bufferOf.set(position, buffer);
      if (hold === HOLD_NOTHING) owned.add(position);
      else outputs.push({ position, hold, buffer, bytes: device.bytesOf(node.dtype, node.size) });
    });
    for (const input of new Set(inputs)) {
      if (input >= 0 && owned.has(input) && lastRead.get(input) === k)
        lease.give(bufferOf.get(input) as DeviceBuffer);
    }
  });
  return { bound, outputs };
}

/** Custom kernels bind inputs read-only, so inputs and outputs must not share a slab. */
const isCustom = ({ kernel: { steps, anchor } }: Scheduled): boolean =>
  steps.at(anchor)?.op.meaning.kind === "custom";

/** Temporaries that are to lie beside each other, for the kernels whose parts are alike. */
function groupsOf(trace: Trace, kernels: readonly Scheduled[]): Map<number, BufferGroup> {
  const groups = new Map<number, BufferGroup>();
  for (const { kernel, inputs, stores } of kernels) {
    if (kernel.batched !== true) continue;
    inputs.forEach((position, i) => {
      if (position >= 0 && isOwn(kernel, i)) groups.set(position, "gathered");
    });
    for (const position of stores) {
      if (trace.holdOf(position) !== HOLD_CELL) groups.set(position, "numbers");
    }
  }
  for (const scheduled of kernels) {
    if (isCustom(scheduled)) for (const position of scheduled.stores) groups.delete(position);
  }
  return groups;
}

/**
 * Whether no later kernel reads the cell's old value, and this one reads it element for element.
 */
function writableInPlace(
  trace: Trace,
  node: Node,
  { inputs, aligned }: Scheduled,
  k: number,
  lastRead: ReadonlyMap<number, number>,
): boolean {
  const buffer = homeBuffer(node);
  return trace.sources.every((source, i) => {
    if (source.node.storage?.buffer !== buffer) return true;
    const ref = -1 - i;
    if ((lastRead.get(ref) ?? -1) > k) return false;
    const at = inputs.indexOf(ref);
    return at < 0 || aligned[at] === true;
  });
}

const homeBuffer = (node: Node): DeviceBuffer =>
  ((node.cell as Cell).home as Home).buffer as DeviceBuffer;
