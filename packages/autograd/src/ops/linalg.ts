import type { Tensor } from "../tensor.ts";
import type { Dims } from "./arguments.ts";
import { type NormOptions, norm, type VectorNormOptions, vectorNorm } from "./statistics.ts";

/** PyTorch's `torch.linalg`. */
export const linalg: {
  /** (Σ |x|ᵒʳᵈ)^(1/ord) over `dim` (one, several, or all). */
  readonly vectorNorm: (
    x: Tensor,
    ord?: number | VectorNormOptions,
    dim?: Dims,
    options?: VectorNormOptions,
  ) => Tensor;
  /** `norm`: the Frobenius norm of a matrix, the 2-norm of a vector unless told otherwise. */
  readonly norm: (
    x: Tensor,
    ord?: number | "fro" | null | NormOptions,
    dim?: Dims,
    options?: NormOptions,
  ) => Tensor;
} = { vectorNorm, norm };
