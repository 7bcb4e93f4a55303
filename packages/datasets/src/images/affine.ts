import { ArgumentError, type Generator, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  around,
  between,
  checkRange,
  type RandomOptions,
  type Range,
  roundEven,
  sourceOf,
} from "./draws.ts";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Settings of RandomRotation. */
export interface RandomRotationOptions extends RandomOptions {
  /** Interpolation: the nearest pixel, or bilinear between four (default "nearest"). */
  readonly mode?: "nearest" | "bilinear";
  /** Centre of the rotation in pixels from the left and the top (default: the image's centre). */
  readonly center?: readonly [x: number, y: number];
  /** Value of pixels outside of the image: one number, or one per channel (default 0). */
  readonly fill?: number | readonly number[];
}

/** Settings of RandomAffine. */
export interface RandomAffineOptions extends RandomRotationOptions {
  /** Maximum shift as a fraction of width and height. */
  readonly translate?: Range;
  /** Range of the scale factor. */
  readonly scale?: Range;
  /** Shear angle in degrees: from −x to x, a range, or one range along x and one along y. */
  readonly shear?: number | readonly number[];
}

/** The transform of an image: rotation, shift, scale and shear. */
interface AffineParameters {
  readonly angle: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
}

const STILL: AffineParameters = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] };

/**
 * Rotates each image counterclockwise by a random angle in degrees, from −x to x or from a range.
 */
export class RandomRotation implements ImageTransform {
  readonly #degrees: Range;
  readonly #options: RandomRotationOptions;

  constructor(degrees: number | Range, options: RandomRotationOptions = {}) {
    checkCall(
      'new RandomRotation(degrees: number | list, { mode: "nearest" | "bilinear", center: list, fill: number | list, generator: generator })',
      arguments,
    );
    this.#degrees = around("RandomRotation", "degrees", degrees);
    this.#options = { ...options };
  }

  transform(images: Tensor): Tensor {
    checkCall("rotation.transform(images: tensor)", arguments);
    return asBatch("RandomRotation", images, (batch) => {
      const generator = sourceOf(this.#options.generator ?? null);
      const draw = (): AffineParameters => ({
        ...STILL,
        angle: -between(generator, this.#degrees),
      });
      const moves = Array.from({ length: batch.shape[0] as number }, draw);
      return moved("RandomRotation", batch, moves, this.#options);
    });
  }
}

/** Rotates each image clockwise by a random angle in degrees, and shifts, scales and shears it. */
export class RandomAffine implements ImageTransform {
  readonly #degrees: Range;
  readonly #translate: Range | null;
  readonly #scale: Range | null;
  /** Ranges along x, then along y. */
  readonly #shear: readonly Range[];
  readonly #options: RandomAffineOptions;

  constructor(degrees: number | Range, options: RandomAffineOptions = {}) {
    checkCall(
      'new RandomAffine(degrees: number | list, { translate: list, scale: list, shear: number | list, mode: "nearest" | "bilinear", center: list, fill: number | list, generator: generator })',
      arguments,
    );
    const { translate, scale, shear } = options;
    this.#degrees = around("RandomAffine", "degrees", degrees);
    this.#translate = null;
    if (translate !== undefined) {
      for (const part of translate) checkRange("RandomAffine", "translate", [0, part], 0, 1);
      this.#translate = translate;
    }
    this.#scale = scale === undefined ? null : checkRange("RandomAffine", "scale", scale, 1e-6);
    this.#shear = shear === undefined ? [] : shears(shear);
    this.#options = { ...options };
  }

  transform(images: Tensor): Tensor {
    checkCall("affine.transform(images: tensor)", arguments);
    return asBatch("RandomAffine", images, (batch) => {
      const [count = 0, , tall = 0, wide = 0] = batch.shape;
      const generator = sourceOf(this.#options.generator ?? null);
      const moves = Array.from({ length: count }, () => this.#draw(generator, tall, wide));
      return moved("RandomAffine", batch, moves, this.#options);
    });
  }

  #draw(generator: Generator, tall: number, wide: number): AffineParameters {
    const angle = between(generator, this.#degrees);
    const shift = (most: number): number => roundEven(between(generator, [-most, most]));
    const [across, down] = this.#translate ?? [0, 0];
    const translate = this.#translate
      ? ([shift(across * wide), shift(down * tall)] as const)
      : ([0, 0] as const);
    const scale = this.#scale ? between(generator, this.#scale) : 1;
    const [x = 0, y = 0] = this.#shear.map((range) => between(generator, range));
    return { angle, translate, scale, shear: [x, y] };
  }
}

function shears(shear: number | readonly number[]): readonly Range[] {
  if (typeof shear === "number" || shear.length === 2) {
    return [around("RandomAffine", "shear", shear as number | Range)];
  }
  if (shear.length === 4) {
    const [a, b, c, d] = shear as [number, number, number, number];
    return [around("RandomAffine", "shear", [a, b]), around("RandomAffine", "shear", [c, d])];
  }
  throw new ArgumentError(
    `RandomAffine: shear is [${shear.join(", ")}]\n  hint: pass a number, a range, or one range along x and one along y`,
  );
}

function moved(
  name: string,
  batch: Tensor,
  moves: readonly AffineParameters[],
  { mode = "nearest", center, fill = 0 }: RandomRotationOptions,
): Tensor {
  const [, channels = 0, tall = 0, wide = 0] = batch.shape;
  const values = typeof fill === "number" ? [fill] : fill;
  if (values.length !== 1 && values.length !== channels) {
    throw new ArgumentError(
      `${name}: fill is [${values.join(", ")}], but there are ${channels} channels\n  hint: pass one number, or one per channel`,
    );
  }
  const [x, y] = center ?? [wide / 2, tall / 2];
  const about = [x - wide / 2, y - tall / 2] as const;
  const matrices = moves.map((move) => inverseMatrix(move, about));
  const outside = tensor(Float32Array.from(values), { shape: [1, values.length, 1] });
  return sampleAt(batch, matrices, mode, outside);
}

/**
 * The inverse transform, from output to input coordinates relative to the centre: [a, b, c, d, e,
 * f], x = a x′ + b y′ + c.
 */
function inverseMatrix(
  { angle, translate: [tx, ty], scale, shear }: AffineParameters,
  [cx, cy]: readonly [number, number],
): readonly number[] {
  const [turn, sx, sy] = [angle, ...shear].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
  return [p, q, cx + p * (-cx - tx) + q * (-cy - ty), r, s, cy + r * (-cx - tx) + s * (-cy - ty)];
}

/**
 * Samples images at the coordinates that the matrices give; `outside` is the value beyond the
 * edges.
 */
function sampleAt(
  batch: Tensor,
  matrices: readonly (readonly number[])[],
  mode: "nearest" | "bilinear",
  outside: Tensor,
): Tensor {
  const [count = 0, channels = 0, tall = 0, wide = 0] = batch.shape;
  const points = tall * wide;
  const line = (n: number, shape: number[]): Tensor =>
    tensor(
      Float32Array.from({ length: n }, (_, i) => i - (n - 1) / 2),
      { shape },
    );
  const [across, down] = [line(wide, [1, 1, wide]), line(tall, [1, tall, 1])];
  const entry = (k: number, plus = 0): Tensor =>
    tensor(
      Float32Array.from(matrices, (matrix) => (matrix[k] as number) + plus),
      { shape: [count, 1, 1] },
    );
  const x = entry(0)
    .mul(across)
    .add(entry(1).mul(down))
    .add(entry(2, (wide - 1) / 2));
  const y = entry(3)
    .mul(across)
    .add(entry(4).mul(down))
    .add(entry(5, (tall - 1) / 2));
  const flat = batch.reshape([count, channels, points]);
  const at = (column: Tensor, row: Tensor): Tensor => {
    const inside = column
      .ge(0)
      .logicalAnd(column.lt(wide))
      .logicalAnd(row.ge(0))
      .logicalAnd(row.lt(tall));
    const place = row
      .clamp(0, tall - 1)
      .mul(wide)
      .add(column.clamp(0, wide - 1));
    const places = place.to("i32").reshape([count, 1, points]).expand([count, channels, points]);
    return where(inside.reshape([count, 1, points]), flat.gather(2, places), outside);
  };
  if (mode === "nearest") return at(x.round(), y.round()).reshape(batch.shape);
  const [left, top] = [x.floor(), y.floor()];
  const part = (share: Tensor): Tensor => share.reshape([count, 1, points]);
  const [right, low] = [part(x.sub(left)), part(y.sub(top))];
  const between = (one: Tensor, other: Tensor, share: Tensor): Tensor =>
    one.add(other.sub(one).mul(share));
  const above = between(at(left, top), at(left.add(1), top), right);
  const under = between(at(left, top.add(1)), at(left.add(1), top.add(1)), right);
  return between(above, under, low).reshape(batch.shape);
}
