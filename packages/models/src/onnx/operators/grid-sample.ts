import { functional } from "@wgrad/nn";
import type { Operator } from "../operator.ts";

/** The modes of opset 20 by their former names. */
const modes = {
  bilinear: "bilinear",
  linear: "bilinear",
  nearest: "nearest",
  bicubic: "bicubic",
  cubic: "bicubic",
} as const;

type PaddingMode = "zeros" | "border" | "reflection";

/**
 * Samples images at grid points x and y from −1 to 1. x: [N, C, H, W]; grid: [N, h, w, 2] → [N, C,
 * h, w].
 */
export const gridSample: Operator = {
  inputs: [2, 2],
  attributes: {
    align_corners: [0, 1],
    mode: Object.keys(modes),
    padding_mode: ["zeros", "border", "reflection"],
  },
  run: (call) =>
    functional.gridSample(call.x(0), call.x(1), {
      mode: modes[call.string("mode", "bilinear") as keyof typeof modes],
      paddingMode: call.string("padding_mode", "zeros") as PaddingMode,
      alignCorners: call.number("align_corners", 0) === 1,
    }),
};
