import type { DeviceName } from "../devices/registry.ts";
import type { DType } from "../dtype.ts";
import { context, currentStream } from "../graph/context.ts";
import type { Counters } from "../runtime/counters.ts";
import type { MemoryClass } from "../runtime/memory.ts";
import type { DeviceStream } from "../runtime/stream.ts";
import type { Shape } from "../shape.ts";
import { checkCall } from "../signature.ts";

/** A value with a buffer of its own. */
export interface MemoryOwner {
  /** Whether it is written in place (a parameter, a gradient), or only kept. */
  readonly holder: "cells" | "owned";
  /** The operation that made it. */
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly bytes: number;
}

/** What `memoryReport` returns. */
export interface MemoryReport {
  readonly device: DeviceName;
  /** The number of operations that are recorded and have not run. */
  readonly pendingNodes: number;
  /** The number of buffers on the device, including freed ones that are kept for reuse. */
  readonly buffers: number;
  /** Bytes in use, by purpose. */
  readonly bytes: Readonly<Record<MemoryClass, number>>;
  readonly totalBytes: number;
  /** Bytes that are freed and kept for reuse. */
  readonly freeBytes: number;
  readonly peakBytes: number;
  readonly plans: number;
  /** The ten largest values that are kept beyond the step that made them. */
  readonly largest: readonly MemoryOwner[];
  /** Nodes that were computed more than once, because their value was not cached. */
  readonly recomputed: number;
}

const LARGEST = 10;

/** The contents of the current device's memory. */
export function memory(): MemoryReport {
  if (arguments.length > 0) checkCall("memory()", arguments);
  const { pool, plans, pending, device, counters, owners } = currentStream() as DeviceStream;
  return {
    device,
    pendingNodes: pending.length,
    buffers: pool.buffers,
    bytes: { ...pool.bytes },
    totalBytes: pool.liveBytes,
    freeBytes: pool.freeBytes,
    peakBytes: pool.peakBytes,
    plans: plans.size,
    largest: owners
      .values()
      .slice(0, LARGEST)
      .map(({ node: { op, shape, dtype }, holder, bytes }) => ({
        holder,
        op: op.name,
        shape,
        dtype,
        bytes,
      })),
    recomputed: counters.recomputed,
  };
}

/** Exact counts of the work that the current device has done since it was opened. */
export const counters = (): Readonly<Counters> => ({
  ...(currentStream() as DeviceStream).counters,
});

/**
 * A loader calls it for its next batch. It computes unread results of the previous step, and waits
 * until
 * at most two steps are in flight.
 */
export async function stepBoundary(): Promise<void> {
  const { stream } = context;
  if (stream === null) return;
  stream.raise();
  if (stream.pending.length > 0) stream.flush([]);
  await (stream as DeviceStream).settled();
}
