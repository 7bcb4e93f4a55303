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

/** What a plan needs of its stream. */
export interface PlanResources {
  readonly device: Device;
  readonly inputs: Inputs;
  readonly arena: Arena;
  readonly options: FuseOptions & { readonly verified: boolean };
}

/** A value that is kept after a run. */
export interface Output {
  readonly position: number;
  readonly hold: Hold;
  /** The buffer that the kernel writes: one of the arena, or the cell's own. */
  readonly buffer: DeviceBuffer;
  readonly bytes: number;
}

/** Kernels that are submitted together. */
export interface Stage {
  readonly program: Program | null;
  /** Where its numbers begin and end in those of the plan. */
  readonly params: readonly [start: number, end: number];
  /** Groups of wanted values that are computed once it has run. */
  readonly groups: number;
}

/** A template bound to buffers. Running it again takes one submit and allocates nothing. */
export class Plan {
  readonly template: Template;
  /** Ids of the homes that it reads and writes, in the order of the trace. */
  readonly homes: readonly number[];
  /** One, or more where values are wanted before all is computed. */
  readonly stages: readonly Stage[];
  readonly outputs: readonly Output[];
  /** Cells' buffers that its kernels overwrite. */
  readonly overwrites: readonly DeviceBuffer[];
  readonly slots: readonly (InputSlot | null)[];
  /** The kernels that its first run must verify; null if there is nothing to verify. */
  unverified: readonly PlannedKernel[] | null = null;
  /** Bytes of its temporary buffers, and the most bytes of temporaries that are live at once. */
  readonly memory: { readonly peakBytes: number; readonly liveBytes: number };
  /** The number of its last run. */
  lastRun = 0;
  private readonly inputs: Inputs;
  private readonly lease: ArenaLease;
  private expectsRead = false;
  private wasRead = false;
  private readonly params: Float64Array;

  constructor(template: Template, trace: Trace, { device, inputs, arena, options }: PlanResources) {
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
      const ends = options.verified ? [] : stageEnds(trace, kernels);
      this.stages = stagesOf(device, kernels, bound, ends, trace.wanted.groups);
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

  /** Bytes of input slots that no other plan uses. */
  get ownBytes(): number {
    let bytes = 0;
    for (const slot of this.slots) if (slot?.users === 1) bytes += slot.buffer.bytes;
    return bytes;
  }

  /** Notes that a 0-d result is read, so that the next run reads them in its own submit. */
  expectRead(): void {
    this.expectsRead = true;
    this.wasRead = true;
  }

  /** Whether this run should read its 0-d results, because those of the run before were read. */
  readsAhead(): boolean {
    this.expectsRead &&= this.wasRead;
    this.wasRead = false;
    return this.expectsRead;
  }

  /** The parameters of this run, in the program's order. */
  parameters(trace: Trace): Float64Array {
    const { params } = this;
    const { paramOf } = this.template;
    for (let i = 0; i < params.length; i++) params[i] = trace.dynamics.at(paramOf[i] as number);
    return params;
  }

  /** Marks its input slots as empty, because copies into them may have failed. */
  forgetInputs(): void {
    for (const slot of this.slots) if (slot !== null) slot.node = -1;
  }

  dispose(): void {
    for (const { program } of this.stages) program?.dispose();
    this.giveBack();
  }

  private giveBack(): void {
    this.inputs.give(this.slots);
    this.lease.end();
  }
}

/** After how many kernels each group of wanted values is computed, and the groups before it. */
function stageEnds({ order, wanted }: Trace, kernels: readonly Scheduled[]): number[] {
  const ends = new Array<number>(wanted.groups).fill(0);
  kernels.forEach(({ stores }, k) => {
    for (const position of stores)
      for (const group of wanted.groupsOf.get(order[position] as Node) ?? []) ends[group] = k + 1;
  });
  return ends.map((_, group) => Math.max(...ends.slice(0, group + 1)));
}

/** The kernels cut at these ends. What comes after the last one belongs to the last stage. */
function stagesOf(
  device: Device,
  kernels: readonly Scheduled[],
  bound: readonly BoundKernel[],
  ends: readonly number[],
  groups: number,
): Stage[] {
  const inner = ends.slice(0, -1).filter((end) => end > 0);
  const cuts = [...new Set([0, ...inner, kernels.length])];
  const last = Math.max(1, cuts.length - 1);
  let first = 0;
  return Array.from({ length: last }, (_, s): Stage => {
    const [from, to] = [cuts[s] as number, cuts[s + 1] ?? kernels.length];
    const start = first;
    for (const { params } of kernels.slice(from, to)) first += params.length;
    return {
      program: from === to ? null : device.program(bound.slice(from, to)),
      params: [start, first],
      groups: s === last - 1 ? groups : ends.filter((end) => end <= to).length,
    };
  });
}

/** Calls `lower`. If it fails, the device can never run the kernel: `giveUp` gets the error. */
function orGiveUp(lower: () => Lowered, giveUp: (why: Error) => void): Lowered {
  try {
    return lower();
  } catch (error) {
    giveUp(error as Error);
    throw error;
  }
}

/** Takes a buffer for a node's value. If no buffer can hold it, the node expires. */
function takeFor(
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
 * Assigns buffers to every kernel: temporaries from the arena, which are reused when they are dead,
 * and cells' own buffers where a kernel can overwrite them.
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
        trace.wanted.groups > 0 || // a stage that fails must leave cells as they were
        !writableInPlace(trace, node, scheduled, k, lastRead) ||
        isCustom(scheduled)
      ) {
        return takeFor(lease, device.bytesOf(node.dtype, node.size), groups.get(position), node);
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
    // an empty tensor has no kernel and no buffer, so any buffer will do
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

/** The slab groups of temporaries that batched kernels read and write. */
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

/** Whether no later kernel reads the cell's old value and this one reads it only in place. */
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
