import type { DeviceName } from "../devices/registry.ts";
import type { DType } from "../dtype.ts";
import { context, currentStream } from "../graph/context.ts";
import type { Counters } from "../runtime/counters.ts";
import type { MemoryClass } from "../runtime/memory.ts";
import type { DeviceStream } from "../runtime/stream.ts";
import type { Shape } from "../shape.ts";
import { checkCall } from "../signature.ts";

/** A value that holds a buffer of its own. */
export interface MemoryOwner {
  /** A parameter, gradient or other value that is written in place, or one that is only held. */
  readonly holder: "cells" | "owned";
  /** The operation that made it. */
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly bytes: number;
}

export interface MemoryReport {
  readonly device: DeviceName;
  /** Operations recorded and not yet run. */
  readonly pendingNodes: number;
  /** Buffers on the device, the freed ones that wait for reuse included. */
  readonly buffers: number;
  /** Bytes in use, by what for. */
  readonly bytes: Readonly<Record<MemoryClass, number>>;
  readonly totalBytes: number;
  /** Bytes freed and kept for reuse. */
  readonly freeBytes: number;
  readonly peakBytes: number;
  readonly plans: number;
  /** The ten largest values that outlive the step they were made in. */
  readonly largest: readonly MemoryOwner[];
  /** Nodes computed more than once because their value was not cached. */
  readonly recomputed: number;
}

const LARGEST = 10;

/** What the current device's memory holds. */
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

/** Exact counts of what the current device has been asked to do since it was opened. */
export const counters = (): Readonly<Counters> => ({
  ...(currentStream() as DeviceStream).counters,
});

/**
 * Called when a loader asks for its next batch: computes unread results of the step before, and
 * waits until at most two steps are in flight.
 */
export async function stepBoundary(): Promise<void> {
  const { stream } = context;
  if (stream === null) return;
  stream.raise();
  if (stream.pending.length > 0) stream.flush([]);
  await (stream as DeviceStream).settled();
}
