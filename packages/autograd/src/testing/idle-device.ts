import type { Device, DeviceBuffer, Lowered, Submission } from "../devices/device.ts";
import { passes } from "../devices/passes.ts";
import { arrayType, type DType, hostBytes, type TypedArray } from "../dtype.ts";
import { context } from "../graph/context.ts";
import { DeviceStream } from "../runtime/stream.ts";

/** A device that computes nothing and reads zeros. It shows the cost of recording and planning. */
export class IdleDevice implements Device {
  readonly kind = "idle";
  readonly description = "idle";
  readonly failure: Error | null = null;
  readonly passes: Device["passes"] = passes;
  readonly language: Device["language"] = null;
  readonly maxBindings = 10;
  readonly maxBufferBytes: number = 2 ** 32;
  watch: Device["watch"] = null;

  supports(): boolean {
    return true;
  }
  bytesOf(dtype: DType, count: number): number {
    return Math.ceil((count * hostBytes(dtype)) / 4) * 4;
  }
  createBuffer(bytes: number): DeviceBuffer {
    return { bytes };
  }
  destroyBuffer(): void {}
  write(): void {}
  lower(): Lowered {
    return { scratch: [], sources: [] };
  }
  program(kernels: readonly unknown[]): { dispatches: number; dispose(): void } {
    return { dispatches: kernels.length, dispose() {} };
  }
  submit({ reads }: Submission): Promise<TypedArray>[] {
    return reads.map(({ dtype, count }) => Promise.resolve(new (arrayType(dtype))(count)));
  }
  idle(): Promise<void> {
    return Promise.resolve();
  }
  onFailure(): void {}
  dispose(): void {}
}

/** Makes an idle device the current one. */
export function useIdleDevice(): void {
  const stream = new DeviceStream(new IdleDevice(), {
    passes: new Set(passes),
    budget: Number.POSITIVE_INFINITY,
  });
  context.stream = stream;
}

/** The nodes that are recorded on the current device and have not run. */
export const pendingNodes = (): number => context.stream?.pending.length ?? 0;
