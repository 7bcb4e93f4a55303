import type { Timings } from "../device.ts";
import type { GPUProgram } from "./program.ts";

/** The most dispatches of a query set: WebGPU allows 4096 queries, and a dispatch takes two. */
const MOST = 2048;
const RESOLVE = 0x0200 | 0x0004; // GPUBufferUsage.QUERY_RESOLVE | COPY_SRC
const LAND = 0x0001 | 0x0008; // GPUBufferUsage.MAP_READ | COPY_DST

/** Encodes each dispatch as a pass with time stamps. Call the result after the submit. */
export function encodeStamped(
  gpu: GPUDevice,
  encoder: GPUCommandEncoder,
  program: GPUProgram,
): () => Promise<Timings> {
  const parts: { first: number; count: number; landing: GPUBuffer; rest: (() => void)[] }[] = [];
  for (let first = 0; first < program.dispatches; first += MOST) {
    const count = Math.min(MOST, program.dispatches - first);
    const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 * count });
    for (let i = 0; i < count; i++) {
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        },
      });
      program.encodeOne(pass, first + i);
      pass.end();
    }
    const size = count * 16;
    const resolved = gpu.createBuffer({ size, usage: RESOLVE });
    const landing = gpu.createBuffer({ size, usage: LAND });
    encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, landing, 0, size);
    const rest = [() => querySet.destroy(), () => resolved.destroy(), () => landing.destroy()];
    parts.push({ first, count, landing, rest });
  }
  return async () => {
    const spans: [number, number][] = [];
    for (const { first, count, landing, rest } of parts) {
      await landing.mapAsync(1 /* GPUMapMode.READ */);
      const stamps = new BigUint64Array(landing.getMappedRange().slice(0));
      for (let i = 0; i < count; i++) {
        const [begin, end] = [milliseconds(stamps[2 * i]), milliseconds(stamps[2 * i + 1])];
        extend(spans, program.kernelOf(first + i), begin, Math.max(begin, end));
      }
      for (const destroy of rest) destroy();
    }
    return { source: "timestamp", spans };
  };
}

/** Submits each dispatch by itself. A kernel's time runs from the end of the one before. */
export function submitApart(gpu: GPUDevice, program: GPUProgram): Promise<Timings> {
  const ends: Promise<number>[] = [gpu.queue.onSubmittedWorkDone().then(() => performance.now())];
  for (let i = 0; i < program.dispatches; i++) {
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encodeOne(pass, i);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
    ends.push(gpu.queue.onSubmittedWorkDone().then(() => performance.now()));
  }
  return Promise.all(ends).then((times) => {
    const spans: [number, number][] = [];
    for (let i = 0; i < program.dispatches; i++) {
      extend(spans, program.kernelOf(i), times[i] as number, times[i + 1] as number);
    }
    return { source: "host", spans };
  });
}

const milliseconds = (stamp: bigint | undefined): number => Number(stamp ?? 0n) / 1e6;

/** Adds a dispatch to its kernel's span, which runs from the first dispatch to the last. */
function extend(spans: [number, number][], kernel: number, begin: number, end: number): void {
  const known = spans[kernel];
  if (known === undefined) spans[kernel] = [begin, end];
  else known[1] = end;
}
