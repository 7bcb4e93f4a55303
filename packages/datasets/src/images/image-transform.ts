import { ArgumentError, ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";

/** Transforms images: [B, C, H, W] or [C, H, W], f32. */
export interface ImageTransform {
  transform(images: Tensor): Tensor;
}

/**
 * Applies transforms one after another.
 *
 * ```ts
 * const augment = new Compose([new RandomCrop(28, { padding: 2 }), new RandomHorizontalFlip()]);
 * new DataLoader(dataset, { collate: ({ images, labels }) => ({ images: augment.transform(images),
 * labels }) });
 * ```
 */
export class Compose implements ImageTransform {
  readonly transforms: readonly ImageTransform[];

  constructor(transforms: readonly ImageTransform[]) {
    checkCall("new Compose(transforms: transform[])", arguments);
    this.transforms = [...transforms];
  }

  transform(images: Tensor): Tensor {
    checkCall("compose.transform(images: tensor)", arguments);
    return this.transforms.reduce((at, each) => each.transform(at), images);
  }
}

defineKind(
  "transform",
  "a transform",
  (value) => typeof (value as Partial<ImageTransform> | null)?.transform === "function",
);

/** Height and width, or one number for both. */
export type Size = number | readonly [height: number, width: number];

/** Throws ArgumentError unless height and width are positive whole numbers. */
export function checkSize(name: string, size: Size): readonly [number, number] {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  if ([height, width].every((n) => Number.isInteger(n) && n >= 1)) return [height, width];
  throw new ArgumentError(
    `${name}: size is ${JSON.stringify(size)}\n  hint: a positive whole number, or [height, width]`,
  );
}

/**
 * Applies a function of batches to a batch or a single image. Throws ShapeError for other shapes.
 */
export function asBatch(name: string, images: Tensor, change: (batch: Tensor) => Tensor): Tensor {
  if (images.shape.length === 4) return change(images);
  if (images.shape.length === 3) return change(images.unsqueeze(0)).squeeze(0);
  throw new ShapeError(
    `${name}: images have shape [${images.shape.join(", ")}]\n  hint: pass [batch, channels, height, width] or [channels, height, width]`,
  );
}
