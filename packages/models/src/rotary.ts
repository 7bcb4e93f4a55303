import {
  ArgumentError,
  arange,
  cat,
  cos,
  mul,
  neg,
  sin,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import type { Settings } from "./config.ts";

/** Cosines and sines of the positions: [batch or 1, 1, length, size]. */
export interface Rotation {
  readonly cosines: Tensor;
  readonly sines: Tensor;
}

interface Frequencies {
  readonly values: Float64Array;
  /** Factor of cosines and sines. */
  readonly scale: number;
}

/**
 * Rotary position embeddings: dimension i of the first half of a head and dimension i of the second
 * are rotated by position · θ^(−2i / size). Su et al. 2021. `rope_scaling` (older files) or
 * `rope_parameters` scales them.
 */
export class Rotary {
  private readonly size: number;
  private readonly model: string;
  private readonly theta: number;
  private readonly scaling: Settings | null;
  private readonly kind: string;
  private readonly longest: number;
  private readonly known: Frequencies | null;

  constructor(model: string, settings: Settings, size: number) {
    const parameters = settings.part("rope_parameters");
    this.size = size;
    this.model = model;
    this.theta = parameters?.has("rope_theta")
      ? parameters.number("rope_theta")
      : settings.number("rope_theta", 10_000);
    this.scaling = parameters ?? settings.part("rope_scaling");
    this.kind =
      this.scaling?.string("rope_type", this.scaling.string("type", "default")) ?? "default";
    this.longest = settings.number("max_position_embeddings", 2048);
    this.known = this.kind === "dynamic" ? null : this.frequencies(this.longest);
  }

  /** positions: [batch, length] or [length]; `length` is the length of the whole sequence. */
  at(positions: Tensor, length: number): Rotation {
    const { values, scale } = this.known ?? this.frequencies(length);
    const angles = positions
      .to("f32")
      .unsqueeze(-1)
      .mul(tensor(Float32Array.from(values)));
    const both = cat([angles, angles], -1);
    const shaped = both.shape.length === 3 ? both.unsqueeze(1) : both;
    const scaled = (x: Tensor) => (scale === 1 ? x : mul(x, scale));
    return { cosines: scaled(cos(shaped)), sines: scaled(sin(shaped)) };
  }

  private plain(theta = this.theta): Float64Array {
    return Float64Array.from({ length: this.size / 2 }, (_, i) => theta ** ((-2 * i) / this.size));
  }

  private frequencies(length: number): Frequencies {
    const { scaling, kind } = this;
    if (scaling === null || kind === "default") return { values: this.plain(), scale: 1 };
    const factor = scaling.number("factor", 1);
    if (kind === "linear") return { values: this.plain().map((f) => f / factor), scale: 1 };
    if (kind === "dynamic") return { values: this.plain(this.stretched(factor, length)), scale: 1 };
    if (kind === "llama3") return { values: this.byWavelength(scaling, factor), scale: 1 };
    if (kind === "yarn") return this.yarn(scaling);
    throw new ArgumentError(
      `${this.model}: rotary positions scaled by "${kind}" are not supported\n  hint: supported are default, linear, dynamic, llama3, yarn`,
    );
  }

  /** NTK-aware scaling: the base grows if a sequence is longer than those of training. */
  private stretched(factor: number, length: number): number {
    const ratio = (factor * Math.max(length, this.longest)) / this.longest - (factor - 1);
    return this.theta * ratio ** (this.size / (this.size - 2));
  }

  /**
   * Llama 3.1: long wavelengths are divided by the factor, short ones are kept, those in between
   * are blended.
   */
  private byWavelength(scaling: Settings, factor: number): Float64Array {
    const trained = scaling.number("original_max_position_embeddings");
    const [low, high] = [scaling.number("low_freq_factor"), scaling.number("high_freq_factor")];
    return this.plain().map((frequency) => {
      const turns = (trained * frequency) / (2 * Math.PI);
      if (turns < low) return frequency / factor;
      if (turns > high) return frequency;
      const blend = (turns - low) / (high - low);
      return ((1 - blend) * frequency) / factor + blend * frequency;
    });
  }

  /**
   * YaRN, Peng et al. 2023: interpolates dimensions that rotate slowly, but not those that rotate
   * fast.
   */
  private yarn(scaling: Settings): Frequencies {
    const trained = scaling.number("original_max_position_embeddings", this.longest);
    const factor = scaling.has("original_max_position_embeddings")
      ? this.longest / trained
      : scaling.number("factor");
    const temper = (by: number, m = 1) => (by <= 1 ? 1 : 0.1 * m * Math.log(by) + 1);
    const given = scaling.has("mscale") && scaling.has("mscale_all_dim");
    const tempered = given
      ? temper(factor, scaling.number("mscale")) / temper(factor, scaling.number("mscale_all_dim"))
      : temper(factor);
    const dimension = (turns: number): number =>
      (this.size * Math.log(trained / (turns * 2 * Math.PI))) / (2 * Math.log(this.theta));
    const truncates = scaling.boolean("truncate", true);
    const fast = dimension(scaling.number("beta_fast", 32));
    const slow = dimension(scaling.number("beta_slow", 1));
    const low = Math.max(truncates ? Math.floor(fast) : fast, 0);
    const high = Math.min(truncates ? Math.ceil(slow) : slow, this.size - 1);
    const width = low === high ? 0.001 : high - low;
    const values = this.plain().map((frequency, i) => {
      const ramp = Math.min(Math.max((i - low) / width, 0), 1);
      return (frequency / factor) * ramp + frequency * (1 - ramp);
    });
    return { values, scale: scaling.number("attention_factor", tempered) };
  }
}

/**
 * x cos + [−x₂, x₁] sin, with the halves x₁ and x₂ of each head.  x: [batch, heads, length, size].
 */
export function rotate(x: Tensor, { cosines, sines }: Rotation): Tensor {
  const [first, second] = x.chunk(2, -1) as [Tensor, Tensor];
  return mul(x, cosines).add(mul(cat([neg(second), first], -1), sines));
}

/** The positions of `length` tokens from `start` on. */
export const positionsFrom = (start: number, length: number): Tensor => arange(length).add(start);
