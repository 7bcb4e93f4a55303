import { type Machine, typical } from "../machines.ts";
import type { DeviceClass } from "../target.ts";
import { cyclesOf } from "./estimate.ts";
import { type AdapterClass, type Tiling, tilingOf } from "./tilings.ts";

const registers = tilingOf("registers");
const vector = tilingOf("vector");

/** All workgroups have 64 threads, so that products can share dispatches with other kernels. */
const forGPU: readonly Tiling[] = [
  tilingOf("tiled", 16)(8, 8, 8, 8),
  tilingOf("tiled", 16)(4, 4, 8, 8),
  registers(4, 4, 8, 8),
  registers(2, 4, 16, 4),
  registers(1, 4, 32, 2),
  registers(2, 5, 2, 32),
  registers(2, 8, 2, 32),
  ...([1, 2, 4] as const).flatMap((tileM) =>
    ([1, 2, 4] as const).flatMap((tileN) =>
      ([1, 4, 8, 16] as const).map((groupX) => vector(tileM, tileN, groupX, 64 / groupX)),
    ),
  ),
  vector(3, 1, 1, 64),
];

const ofGPU = (machine: Machine): AdapterClass => ({
  cycles: (tiling, extent) => cyclesOf(tiling, extent, machine),
  split: { wanted: 64, least: 1024, most: 16 },
  transposeBelow: 5,
  choices: [{ tilings: forGPU }],
});

/** For GPUs: the tiling with the fewest estimated cycles on a typical machine of the class. */
export const gpuTilings: Readonly<Record<Exclude<DeviceClass, "software">, AdapterClass>> = {
  integrated: ofGPU(typical.integrated),
  discrete: ofGPU(typical.discrete),
};
