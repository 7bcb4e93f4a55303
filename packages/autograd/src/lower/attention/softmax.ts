import { type Expr, e } from "../../kernel/expression.ts";
import type { Lowering } from "../lowering.ts";
import { Lines, type RowAt, type RowBlock, RowRegisters } from "./rows.ts";
import { LOWEST, type Mask, scoreOf } from "./scores.ts";
import type { Tiling } from "./tilings.ts";

/** An online softmax over blocks of keys: earlier sums are rescaled whenever the peak grows. */
export class OnlineSoftmax {
  readonly #lowering: Lowering;
  readonly #tiling: Tiling;
  /** The greatest score so far, and Σ e^(score − peak). */
  readonly peaks: RowRegisters;
  readonly totals: RowRegisters;

  constructor(lowering: Lowering, tiling: Tiling) {
    this.#lowering = lowering;
    this.#tiling = tiling;
    this.peaks = new RowRegisters(lowering, tiling, LOWEST);
    this.totals = new RowRegisters(lowering, tiling, 0);
  }

  /**
   * Takes the keys from `first` on. Gives e^(score − peak) for each group and key, and the factor
   * that rescales earlier sums to the new peak.
   */
  take(
    sums: readonly (readonly Expr[])[],
    first: Expr,
    block: RowBlock,
    mask: Mask,
  ): { weights: Expr[][]; decay: Expr[] } {
    const { b } = this.#lowering;
    const { peaks, totals } = this;
    const lowest = e.constant(LOWEST);
    const lines = new Lines(this.#lowering, this.#tiling, sums);
    const decay = block.rows.map((query, g) => {
      const before = b.let(peaks.at(g));
      lines.each((m) => {
        const key = b.let(e.add(first, m));
        const { score, counts } = scoreOf(this.#lowering, lines.at(g, m), query, key, mask);
        const counted = b.let(e.select(counts, score, lowest));
        lines.put(g, m, counted);
        peaks.put(g, e.nativeMax(peaks.at(g), counted));
      });
      const less = b.let(e.exp(e.sub(before, peaks.at(g))));
      totals.put(g, e.mul(totals.at(g), less));
      lines.each((m) => {
        const score = b.let(lines.at(g, m));
        const power = e.exp(e.sub(score, peaks.at(g)));
        // `le` is false for NaN, so a NaN stays
        const weight = b.let(e.select(e.le(score, lowest), e.constant(0), power));
        lines.put(g, m, weight);
        totals.put(g, e.add(totals.at(g), weight));
      });
      return less;
    });
    return { weights: lines.values(), decay };
  }

  /** 1 / Σ of a row; 0 if all of its keys are masked. */
  inverse(at: RowAt): Expr {
    const total = this.#lowering.b.let(this.totals.of(at));
    return e.select(
      e.nativeEq(total, e.constant(0)),
      e.constant(0),
      e.nativeDiv(e.constant(1), total),
    );
  }
}
