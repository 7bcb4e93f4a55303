import type { Operators } from "./operator.ts";
import { activations } from "./operators/activations.ts";
import { arithmetic } from "./operators/arithmetic.ts";
import { casts } from "./operators/casts.ts";
import { control } from "./operators/control.ts";
import { convolution } from "./operators/convolution.ts";
import { detection } from "./operators/detection.ts";
import { indexing } from "./operators/indexing.ts";
import { losses } from "./operators/losses.ts";
import { making } from "./operators/making.ts";
import { normalization } from "./operators/normalization.ts";
import { pooling } from "./operators/pooling.ts";
import { products } from "./operators/products.ts";
import { quantized8 } from "./operators/quantized.ts";
import { recurrent } from "./operators/recurrent.ts";
import { reductions } from "./operators/reductions.ts";
import { resizing } from "./operators/resizing.ts";
import { shapes } from "./operators/shapes.ts";

/** Families of operators, in the order of the support table. */
export const families: Readonly<Record<string, Operators>> = {
  arithmetic,
  activations,
  products,
  convolution,
  pooling,
  normalization,
  recurrent,
  reductions,
  shapes,
  indexing,
  making,
  casts,
  resizing,
  losses,
  quantized: quantized8,
  detection,
  control,
};

/** Every supported operator of the domain ai.onnx. */
export const operators: Operators = Object.assign({}, ...Object.values(families));
