import { lanesTiling, multiplyAlongK, multiplyInLanes } from "./contract/lanes.ts";
import { multiplyInPanels } from "./contract/panels.ts";
import { everyLine } from "./lines.ts";
import type { Processor } from "./target.ts";

/** How kernels are lowered where a thread has vectors: devices on processors load this, others do not. */
export const processor: Processor = {
  tilingOf: lanesTiling,
  multiply: { lanes: multiplyInLanes, alongK: multiplyAlongK, panels: multiplyInPanels },
  everyLine,
};
