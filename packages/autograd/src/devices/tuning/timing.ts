import type { Tiling } from "../../lower/contract/tilings.ts";
import { sizeOf } from "../../shape.ts";
import type { Device, DeviceBuffer, Kernel, KernelStep, Lowered } from "../device.ts";

/** A device that takes a tiling for all products of a kernel. */
export interface TilingDevice extends Device {
  lower(kernel: Kernel, asked?: { readonly tiling: Tiling }): Lowered;
}

/** Milliseconds that a measurement should take, and runs in it at most. */
const LONG = 4;
const MOST_RUNS = 64;
const TAKES = 3;
/** The table's tiling is left only for one that takes less than this share of its time. */
const BETTER = 0.95;
/** Kernels with more bytes than this are not timed. */
const MOST_BYTES = 2 ** 30;

/** The tiling that takes the least time for a kernel; the first unless another is clearly faster. */
export async function fastest(
  device: TilingDevice,
  kernel: Kernel,
  tilings: readonly Tiling[],
): Promise<Tiling> {
  const [first, ...others] = tilings as readonly [Tiling, ...Tiling[]];
  const buffers = buffersFor(device, kernel);
  if (buffers === null) return first;
  try {
    let runs = 1;
    const once = await timeOf(device, kernel, first, buffers, runs);
    runs = Math.max(1, Math.min(MOST_RUNS, Math.ceil(LONG / once)));
    let best = first;
    let least = BETTER * (await timeOf(device, kernel, first, buffers, runs));
    for (const tiling of others) {
      const time = await timeOf(device, kernel, tiling, buffers, runs);
      if (time < least) [best, least] = [tiling, time];
    }
    return best;
  } finally {
    for (const buffer of [...buffers.inputs, ...buffers.outputs]) device.destroyBuffer(buffer);
  }
}

interface Buffers {
  readonly inputs: readonly DeviceBuffer[];
  readonly outputs: readonly DeviceBuffer[];
}

/** Room for all that a kernel reads and writes; null if that is too much to be timed. */
function buffersFor(device: Device, { steps, stored, inputs }: Kernel): Buffers | null {
  const counts = inputs.map(() => 1);
  for (const { source, base } of steps.flatMap(({ operands }) => operands)) {
    if (!("input" in source)) continue;
    counts[source.input] = Math.max(counts[source.input] as number, sizeOf(base));
  }
  const read = inputs.map(({ dtype }, i) => device.bytesOf(dtype, counts[i] as number));
  const written = stored.map((index) => {
    const { dtype, shape } = steps[index] as KernelStep;
    return Math.max(4, device.bytesOf(dtype, sizeOf(shape)));
  });
  if ([...read, ...written].reduce((a, b) => a + b, 0) > MOST_BYTES) return null;
  const make = (bytes: number): DeviceBuffer => device.createBuffer(bytes);
  return { inputs: read.map(make), outputs: written.map(make) };
}

/** The least milliseconds of so many runs, one after the other in one submit. */
async function timeOf(
  device: TilingDevice,
  kernel: Kernel,
  tiling: Tiling,
  { inputs, outputs }: Buffers,
  runs: number,
): Promise<number> {
  const apart = { ...kernel, inputs: kernel.inputs.map(alone), places: [] };
  const lowered = device.lower(apart, { tiling });
  const scratch = lowered.scratch.map((bytes) => device.createBuffer(bytes));
  const bound = { lowered, inputs, outputs, scratch };
  const program = device.program(Array.from({ length: runs }, () => bound));
  const params = new Float64Array(runs * kernel.params.length);
  const run = async (): Promise<number> => {
    const start = performance.now();
    device.submit({ program, params, before: [], after: [], reads: [] });
    await device.idle();
    return performance.now() - start;
  };
  try {
    await run(); // compiles
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TAKES; i++) least = Math.min(least, await run());
    return least / runs;
  } finally {
    program.dispose();
    for (const buffer of scratch) device.destroyBuffer(buffer);
  }
}

/** An input in a buffer of its own. */
const alone = (input: Kernel["inputs"][number]): Kernel["inputs"][number] => ({
  ...input,
  inPlace: -1,
  place: null,
});
