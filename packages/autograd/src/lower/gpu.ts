import { attendInTiles } from "./attention/tiled.ts";
import { gpuTilings } from "./contract/gpu-tilings.ts";
import { multiplyInTiles } from "./contract/tiled.ts";
import { multiplyByVector } from "./contract/vector.ts";
import { scatterByGroups } from "./scatter-groups.ts";
import type { DeviceClass, GPU, Target } from "./target.ts";
import { teamOfColumns, teamOfRow } from "./workgroup.ts";

/** The lowerings of a device with workgroups, by its class. Only such devices load this file. */
export const formsFor = (kind: DeviceClass): Pick<Target, "class" | "gpu" | "multiply"> => ({
  class: kind,
  gpu: kind === "software" ? undefined : gpuForms(kind),
  multiply: { tiled: multiplyInTiles, vector: multiplyByVector },
});

const gpuForms = (kind: Exclude<DeviceClass, "software">): GPU => ({
  tilings: gpuTilings[kind],
  teamOfRow,
  teamOfColumns,
  scatter: scatterByGroups,
  attend: attendInTiles(kind),
});
