import { arithmetic } from "./arithmetic.ts";
import type { KernelFunction } from "./define.ts";
import { exponentials } from "./exponentials.ts";
import { gammas } from "./gamma.ts";
import { integers } from "./integers.ts";
import { logarithms } from "./logarithms.ts";
import { powers } from "./powers.ts";
import { trigonometry } from "./trigonometry.ts";

/** All functions by intrinsic and type of the arguments, such as `exp_f32`. */
export const functions: Readonly<Record<string, KernelFunction>> = {
  ...arithmetic,
  ...integers,
  ...exponentials,
  ...logarithms,
  ...powers,
  ...trigonometry,
  ...gammas,
};
