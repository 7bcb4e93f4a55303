import { lanesTiling, multiplyAlongK, multiplyInLanes } from "./contract/lanes.ts";
import { multiplyInPanels } from "./contract/panels.ts";
import { everyLine } from "./lines.ts";
import type { Processor } from "./target.ts";

/** Lowerings for threads with vectors. Only devices on processors load this file. */
export const processor: Processor = {
  tilingOf: lanesTiling,
  multiply: { lanes: multiplyInLanes, alongK: multiplyAlongK, panels: multiplyInPanels },
  everyLine,
};
