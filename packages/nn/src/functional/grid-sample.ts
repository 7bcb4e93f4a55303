import {
  ArgumentError,
  abs,
  clamp,
  DTypeError,
  floor,
  gather,
  linspace,
  logicalAnd,
  ones,
  round,
  type Shape,
  ShapeError,
  stack,
  type Tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** Settings of gridSample. */
export interface GridSampleOptions {
  /**
   * How a value is interpolated from the elements around a point: linearly ("bilinear", default),
   * from the nearest, or by a cubic ("bicubic", images only).
   */
  readonly mode?: "bilinear" | "nearest" | "bicubic";
  /** The value beyond the edges: 0, that of the edge, or the mirror image (default "zeros"). */
  readonly paddingMode?: "zeros" | "border" | "reflection";
  /** If true, −1 and 1 are the centres of the outer elements, else (default) their outer edges. */
  readonly alignCorners?: boolean;
}

/**
 * Samples x at the points of a grid, whose coordinates (x, y) or (x, y, z) range from −1 to 1. x:
 * [N, C, H, W], grid: [N, H', W', 2] → [N, C, H', W']; x: [N, C, D, H, W], grid: [N, D', H', W', 3]
 * → [N, C, D', H', W'].
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  checkCall(
    'gridSample(x, grid, { mode: "bilinear" | "nearest" | "bicubic", paddingMode: "zeros" | "border" | "reflection", alignCorners: boolean })',
    arguments,
  );
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  const sizes = x.shape.slice(2);
  const rank = sizes.length;
  const fits = grid.shape.length === rank + 2 && grid.shape.at(-1) === rank;
  if ((rank !== 2 && rank !== 3) || !fits || x.shape[0] !== grid.shape[0]) {
    throw new ShapeError(
      `gridSample: needs x [N, C, H, W] with a grid [N, H', W', 2], or x [N, C, D, H, W] with [N, D', H', W', 3]\n  x: [${x.shape.join(", ")}]\n  grid: [${grid.shape.join(", ")}]`,
    );
  }
  if (grid.dtype !== x.dtype)
    throw new DTypeError(
      `gridSample: x and grid must be of one dtype, got ${x.dtype} and ${grid.dtype}\n  hint: grid.to("${x.dtype}")`,
    );
  if (mode === "bicubic" && rank === 3)
    throw new ArgumentError('gridSample: mode "bicubic" needs images [N, C, H, W]');
  if (!["bilinear", "nearest", "bicubic"].includes(mode))
    throw new ArgumentError(
      `gridSample: unknown mode ${JSON.stringify(mode)}\n  hint: "bilinear", "nearest" or "bicubic"`,
    );
  if (!["zeros", "border", "reflection"].includes(paddingMode))
    throw new ArgumentError(
      `gridSample: unknown paddingMode ${JSON.stringify(paddingMode)}\n  hint: "zeros", "border" or "reflection"`,
    );
  return composite(() => {
    const [batch, channels] = x.shape as readonly [number, number];
    const outer = grid.shape.slice(1, -1);
    const edge = { paddingMode, alignCorners };
    let index: Tensor | null = null;
    let weight: Tensor | null = null;
    for (const [d, size] of sizes.entries()) {
      const given = grid.select(-1, rank - 1 - d).reshape([batch, 1, -1]);
      const axis = tapsOf(given, { size, mode, ...edge });
      // combine every tap of this dimension with every tap of the earlier ones
      const spread = (a: Tensor, b: Tensor): [Tensor, Tensor] => [a.unsqueeze(2), b.unsqueeze(1)];
      if (index === null || weight === null) [index, weight] = [axis.index, axis.weight];
      else {
        const [i, j] = spread(index, axis.index);
        const [v, w] = spread(weight, axis.weight);
        index = i.mul(size).add(j).flatten(1, 2);
        weight = v.mul(w).flatten(1, 2);
      }
    }
    const places = index as Tensor;
    const [, taps, count] = places.shape as readonly [number, number, number];
    const wanted = places.reshape([batch, 1, taps * count]).expand([batch, channels, taps * count]);
    const found = gather(x.flatten(2), 2, wanted).reshape([batch, channels, taps, count]);
    const made = found.mul((weight as Tensor).unsqueeze(1)).sum(2);
    return made.reshape([batch, channels, ...outer]);
  });
}

interface Axis extends Required<Omit<GridSampleOptions, "mode">> {
  readonly size: number;
  readonly mode: NonNullable<GridSampleOptions["mode"]>;
}

/**
 * The elements along one dimension that a point is interpolated from, and their weights: [N, taps,
 * points] each.
 */
function tapsOf(given: Tensor, axis: Axis): { index: Tensor; weight: Tensor } {
  const { size, mode, alignCorners, paddingMode } = axis;
  const place = alignCorners
    ? given.add(1).mul((size - 1) / 2)
    : given.add(1).mul(size).sub(1).div(2);
  let [positions, weights]: [Tensor, Tensor] = [place, place];
  if (mode === "bicubic") {
    const base = floor(place);
    weights = cubic(place.sub(base));
    positions = stack(
      [-1, 0, 1, 2].map((step) => base.add(step)),
      1,
    ).squeeze(2);
    positions = moveInside(positions, axis);
  } else {
    const inside = moveInside(place, axis);
    const base = mode === "nearest" ? round(inside) : floor(inside);
    positions = base;
    weights = ones(base.shape, { dtype: base.dtype, device: base });
    if (mode === "bilinear") {
      const next = base.add(1);
      positions = stack([base, next], 1).squeeze(2);
      weights = stack([next.sub(inside), inside.sub(base)], 1).squeeze(2);
    }
  }
  const valid = logicalAnd(positions.ge(0), positions.le(size - 1));
  const counted =
    paddingMode === "zeros" || mode === "bilinear" ? where(valid, weights, 0) : weights;
  return {
    index: clamp(positions, 0, size - 1)
      .detach()
      .to("i32"),
    weight: counted,
  };
}

/** Moves a point inside as the padding mode demands; "zeros" leaves it unchanged. */
function moveInside(place: Tensor, { size, paddingMode, alignCorners }: Axis): Tensor {
  if (paddingMode === "zeros") return place;
  if (paddingMode === "border") return clipped(place, size - 1);
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return place.mul(0);
  const distance = abs(place.sub(low));
  const turns = floor(distance.div(span)).detach();
  const rest = distance.sub(turns.mul(span));
  const even = turns.remainder(2).eq(0);
  return clipped(where(even, rest.add(low), rest.neg().add(span + low)), size - 1);
}

/** Clamps a place to 0 … last. Its gradient is 0 on both ends and beyond them, as in PyTorch. */
function clipped(place: Tensor, last: number): Tensor {
  const inside = logicalAnd(place.gt(0), place.lt(last));
  return where(inside, place, clamp(place, 0, last).detach());
}

/**
 * Weights of four neighbours for a point at t between the second and the third, with A = −0.75.
 * Keys 1981.
 */
function cubic(t: Tensor): Tensor {
  const A = -0.75;
  const near = (x: Tensor): Tensor =>
    x
      .mul(A + 2)
      .sub(A + 3)
      .mul(x)
      .mul(x)
      .add(1);
  const far = (x: Tensor): Tensor =>
    x
      .mul(A)
      .sub(5 * A)
      .mul(x)
      .add(8 * A)
      .mul(x)
      .sub(4 * A);
  const rest = t.neg().add(1);
  return stack([far(t.add(1)), near(t), near(rest), far(rest.add(1))], 1).squeeze(2);
}

/** Settings of affineGrid. */
export interface AffineGridOptions {
  /** If true, −1 and 1 are the centres of the outer elements, else (default) their outer edges. */
  readonly alignCorners?: boolean;
}

/**
 * The grid for `gridSample` that an affine map gives for an output of `size`. theta: [N, 2, 3],
 * size [N, C, H, W] → [N, H, W, 2]; theta: [N, 3, 4], size [N, C, D, H, W] → [N, D, H, W, 3].
 */
export function affineGrid(theta: Tensor, size: Shape, options: AffineGridOptions = {}): Tensor {
  checkCall("affineGrid(theta, size: list, { alignCorners: boolean })", arguments);
  const { alignCorners = false } = options;
  if (!theta.dtype.startsWith("f"))
    throw new DTypeError(
      `affineGrid: theta must be floating, got ${theta.dtype}\n  hint: theta.to("f32")`,
    );
  const sizes = size.slice(2);
  const rank = sizes.length;
  const fits = theta.shape.length === 3 && theta.shape[1] === rank && theta.shape[2] === rank + 1;
  if ((rank !== 2 && rank !== 3) || !fits || theta.shape[0] !== size[0]) {
    throw new ShapeError(
      `affineGrid: needs theta [N, 2, 3] with a size [N, C, H, W], or [N, 3, 4] with [N, C, D, H, W]\n  theta: [${theta.shape.join(", ")}]\n  size: [${size.join(", ")}]`,
    );
  }
  return composite(() => {
    const { dtype } = theta;
    const like = { dtype, device: theta };
    const axes = sizes.map((n, d) => {
      const line = n === 1 ? zeros([1], like) : linspace(-1, 1, n, like);
      const shape = sizes.map((_, i) => (i === d ? n : 1));
      return (alignCorners ? line : line.mul((n - 1) / n)).reshape(shape).expand(sizes);
    });
    const base = stack([...axes.reverse(), ones(sizes, like)], -1).reshape([-1, rank + 1]);
    return base.matmul(theta.mT).reshape([size[0] as number, ...sizes, rank]);
  });
}
