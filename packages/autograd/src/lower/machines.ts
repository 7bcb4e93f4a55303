import type { DeviceClass } from "./target.ts";

/** A GPU's published figures. */
export interface Machine {
  readonly class: Exclude<DeviceClass, "software">;
  /** Lanes, each of which does one multiply-add a cycle. */
  readonly lanes: number;
  readonly gigahertz: number;
  /** Memory bandwidth in gigabytes a second. */
  readonly bandwidth: number;
  /** The most threads that are resident at a time. */
  readonly resident: number;
}

/**
 * The machine that stands for its class. Discrete: NVIDIA GeForce RTX 3060 (product page; Ampere
 * GA102 paper: 28 multiprocessors of 128 lanes and 1,536 threads). Integrated: Intel Iris Xe of the
 * Core i7-1185G7 (96 units of 8 lanes, 7 threads of 16 each; LPDDR4x-4267 in two channels).
 */
export const typical: Readonly<Record<Exclude<DeviceClass, "software">, Machine>> = {
  integrated: {
    class: "integrated",
    lanes: 768,
    gigahertz: 1.35,
    bandwidth: 68,
    resident: 10_752,
  },
  discrete: {
    class: "discrete",
    lanes: 3584,
    gigahertz: 1.78,
    bandwidth: 360,
    resident: 43_008,
  },
};
