import {
  ArgumentError,
  cat,
  full,
  maximum,
  minimum,
  pad,
  ShapeError,
  stack,
  Tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of makeGrid, with torchvision's names and defaults. */
export interface MakeGridOptions {
  /** Number of images per row (default 8). */
  readonly nrow?: number;
  /** Pixels between images (default 2). */
  readonly padding?: number;
  /** Rescales the smallest value to 0 and the largest to 1 (default false). */
  readonly normalize?: boolean;
  /** Smallest and largest value for `normalize`, instead of the images' own. */
  readonly valueRange?: readonly [least: number, greatest: number];
  /** Normalizes each image by its own values (default false). */
  readonly scaleEach?: boolean;
  /** Value of the pixels between images (default 0). */
  readonly padValue?: number;
}

/**
 * Arranges images in a grid, as one image [channels, height, width]. Grey images become three equal
 * channels.
 */
export function makeGrid(
  images: Tensor | readonly Tensor[],
  options: MakeGridOptions = {},
): Tensor {
  checkCall(
    "makeGrid(images: tensor | tensor[], { nrow: number, padding: number, normalize: boolean, valueRange: list, scaleEach: boolean, padValue: number })",
    arguments,
  );
  const { nrow = 8, padding = 2, padValue = 0 } = options;
  if (![nrow, padding + 1].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ArgumentError(
      `makeGrid: nrow is ${nrow}, padding ${padding}\n  hint: pass whole numbers, nrow ≥ 1`,
    );
  }
  const batch = scaled(coloured(images), options);
  const [count = 0, channels = 0] = batch.shape;
  if (count === 1) return batch.squeeze(0);
  const across = Math.min(nrow, count);
  const down = Math.ceil(count / across);
  let framed = pad(batch, [padding, 0, padding, 0], { value: padValue });
  const [, , tall = 0, wide = 0] = framed.shape;
  const missing = across * down - count;
  if (missing > 0) framed = cat([framed, full([missing, channels, tall, wide], padValue)], 0);
  const grid = framed
    .reshape([down, across, channels, tall, wide])
    .permute([2, 0, 3, 1, 4])
    .reshape([channels, down * tall, across * wide]);
  return pad(grid, [0, padding, 0, padding], { value: padValue });
}

function coloured(images: Tensor | readonly Tensor[]): Tensor {
  let batch = images instanceof Tensor ? images : stack([...images], 0);
  while (batch.shape.length === 2 || batch.shape.length === 3) batch = batch.unsqueeze(0);
  const [count = 0, channels, tall = 0, wide = 0] = batch.shape;
  if (batch.shape.length !== 4 || count === 0) {
    throw new ShapeError(
      `makeGrid: images have shape [${batch.shape.join(", ")}]\n  hint: pass [batch, channels, height, width], or a list of images`,
    );
  }
  return channels === 1 ? batch.expand([count, 3, tall, wide]) : batch;
}

function scaled(
  batch: Tensor,
  { normalize = false, valueRange, scaleEach = false }: MakeGridOptions,
): Tensor {
  if (!normalize) return batch;
  if (valueRange !== undefined) {
    const [least, greatest] = valueRange;
    return batch
      .clamp(least, greatest)
      .sub(least)
      .div(Math.max(greatest - least, 1e-5));
  }
  const dims = scaleEach ? [1, 2, 3] : [0, 1, 2, 3];
  const [least, greatest] = [
    batch.amin(dims, { keepdim: true }),
    batch.amax(dims, { keepdim: true }),
  ];
  const inside = minimum(maximum(batch, least), greatest);
  return inside.sub(least).div(greatest.sub(least).clamp(1e-5));
}
