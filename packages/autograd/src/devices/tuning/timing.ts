import type { Tiling } from "../../lower/contract/tilings.ts";
import { sizeOf } from "../../shape.ts";
import type { Device, DeviceBuffer, Kernel, KernelStep, Lowered } from "../device.ts";

/** A device whose `lower` can be given the tiling of a kernel's products. */
export interface TilingDevice extends Device {
  lower(kernel: Kernel, asked?: { readonly tiling: Tiling }): Lowered;
}

/** Milliseconds that a measurement should take, the most runs in it, and its repeats. */
const LONG = 4;
const MOST_RUNS = 64;
const TAKES = 3;
/** Another tiling replaces the default only if it takes less than this share of its time. */
const BETTER = 0.95;
/** Kernels with more bytes than this are not timed. */
const MOST_BYTES = 2 ** 30;

/** The fastest tiling of a kernel's products; the first one unless another is clearly faster. */
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

/** Buffers for a kernel's inputs and outputs; null if they are too large to be timed. */
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

/** Milliseconds of one run: the least of several submits of `runs` runs each. */
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

/** The input as one with a buffer of its own. */
const alone = (input: Kernel["inputs"][number]): Kernel["inputs"][number] => ({
  ...input,
  inPlace: -1,
  place: null,
});
