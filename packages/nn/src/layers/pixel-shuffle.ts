import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { pixelShuffle, pixelUnshuffle } from "../functional.ts";
import { Module } from "../module.ts";
import { positive } from "./sizes.ts";

/** Moves channels into pixels: [N, C·r², H, W] → [N, C, H·r, W·r].  Shi et al. 2016. */
export class PixelShuffle extends Module<[Tensor], Tensor> {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    checkCall("new PixelShuffle(upscaleFactor: number)", arguments);
    super();
    positive("PixelShuffle", { upscaleFactor });
    this.upscaleFactor = upscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** Moves pixels into channels, the inverse of PixelShuffle: [N, C, H·r, W·r] → [N, C·r², H, W]. */
export class PixelUnshuffle extends Module<[Tensor], Tensor> {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    checkCall("new PixelUnshuffle(downscaleFactor: number)", arguments);
    super();
    positive("PixelUnshuffle", { downscaleFactor });
    this.downscaleFactor = downscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}
