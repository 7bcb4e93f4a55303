import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";
import type { Sizes } from "./sizes.ts";

/**
 * The base of padding layers: one width for all sides, or two widths for each dimension, the last
 * dimension first.
 */
export abstract class Padding extends Module<[Tensor], Tensor> {
  readonly padding: readonly number[];

  constructor(rank: number, padding: Sizes) {
    super();
    const sides = 2 * rank;
    this.padding = typeof padding === "number" ? Array<number>(sides).fill(padding) : padding;
    if (this.padding.length === sides && this.padding.every(Number.isInteger)) return;
    throw new ArgumentError(
      `${new.target.name}: padding is ${JSON.stringify(padding)}\n  hint: a whole number, or a list of ${sides}, the last dimension first`,
    );
  }

  override extraRepr(): string {
    return pythonSizes(this.padding);
  }
}
