import type { DeviceClass } from "./target.ts";

/** A GPU in public figures. */
export interface Machine {
  readonly name: string;
  readonly class: DeviceClass;
  /** Lanes that multiply and add, each once a cycle. */
  readonly lanes: number;
  readonly gigahertz: number;
  /** Gigabytes a second to and from its memory. */
  readonly bandwidth: number;
  /** Threads that it holds at a time. */
  readonly resident: number;
}

/**
 * Figures: NVIDIA's Ada architecture paper (appendix A: 128 SMs of 128 lanes and 1,536 threads) and
 * Ampere GA102 paper with the product page of the RTX 3060 (28 SMs); Intel's page of the Core
 * i7-1185G7 (96 units of 8 lanes; 7 threads of 16 wide each; LPDDR4x-4267 in two channels).
 */
export const machines: Readonly<Record<"rtx 4090" | "rtx 3060" | "iris xe", Machine>> = {
  "rtx 4090": {
    name: "NVIDIA GeForce RTX 4090",
    class: "discrete",
    lanes: 16_384,
    gigahertz: 2.52,
    bandwidth: 1008,
    resident: 196_608,
  },
  "rtx 3060": {
    name: "NVIDIA GeForce RTX 3060",
    class: "discrete",
    lanes: 3584,
    gigahertz: 1.78,
    bandwidth: 360,
    resident: 43_008,
  },
  "iris xe": {
    name: "Intel Iris Xe (96 units)",
    class: "integrated",
    lanes: 768,
    gigahertz: 1.35,
    bandwidth: 68,
    resident: 10_752,
  },
};

/** The one whose figures decide for its class. */
export const typical: Readonly<Record<Exclude<DeviceClass, "software">, Machine>> = {
  integrated: machines["iris xe"],
  discrete: machines["rtx 3060"],
};
