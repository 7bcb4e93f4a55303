import { comparisons, integers, roots, sums, values } from "./wgsl-arithmetic.ts";
import { exponentials, logarithms, powers } from "./wgsl-exponentials.ts";
import type { WgslFunction } from "./wgsl-function.ts";
import { trigonometry } from "./wgsl-trigonometry.ts";

/** Every function a shader may ask for, by name. */
export const wgslFunctions: Readonly<Record<string, WgslFunction>> = {
  ...values,
  ...sums,
  ...comparisons,
  ...roots,
  ...exponentials,
  ...logarithms,
  ...integers,
  ...trigonometry,
  ...powers,
};
