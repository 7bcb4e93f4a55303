import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type InterpolateOptions, interpolate } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat, pythonSizes, pythonValue } from "../print.ts";

/** Settings of Upsample: either `size` or `scaleFactor`, and the mode. */
export type UpsampleOptions = Omit<InterpolateOptions, "antialias">;

/** Settings of the upsampling layers of one mode. */
export type UpsampleSize = Pick<InterpolateOptions, "size" | "scaleFactor">;

/**
 * Resizes x to `size` or by `scaleFactor`: from the nearest element, linearly ("linear",
 * "bilinear", "trilinear") or by cubics ("bicubic"). x: [N, C, n…] → [N, C, size…].
 */
export class Upsample extends Module<[Tensor], Tensor> {
  readonly options: UpsampleOptions;

  constructor(options: UpsampleOptions) {
    checkCall(
      "new Upsample({ size: number | list | null, scaleFactor: number | list | null, mode: string, alignCorners: boolean | null, recomputeScaleFactor: boolean | null })",
      arguments,
    );
    super();
    if ((options?.size ?? null) === null && (options?.scaleFactor ?? null) === null) {
      throw new ArgumentError(
        `${new.target.name}: needs size or scaleFactor\n  hint: new ${new.target.name}({ scaleFactor: 2 })`,
      );
    }
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  override extraRepr(): string {
    const { size = null, scaleFactor = null, mode = "nearest" } = this.options;
    const factors = Array.isArray(scaleFactor)
      ? `(${scaleFactor.map(pythonFloat).join(", ")})`
      : pythonFloat((scaleFactor ?? 1) as number);
    const target = scaleFactor === null ? `size=${pythonSizes(size)}` : `scale_factor=${factors}`;
    return `${target}, mode=${pythonValue(mode)}`;
  }
}

/** Resizes an image; each element is that of the nearest pixel. x: [N, C, H, W]. */
export class UpsamplingNearest2d extends Upsample {
  constructor(size: UpsampleSize) {
    checkCall(
      "new UpsamplingNearest2d({ size: number | list | null, scaleFactor: number | list | null })",
      arguments,
    );
    super({ ...size, mode: "nearest" });
  }
}

/** Resizes an image by bilinear interpolation, with the corners kept. x: [N, C, H, W]. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(size: UpsampleSize) {
    checkCall(
      "new UpsamplingBilinear2d({ size: number | list | null, scaleFactor: number | list | null })",
      arguments,
    );
    super({ ...size, mode: "bilinear", alignCorners: true });
  }
}
