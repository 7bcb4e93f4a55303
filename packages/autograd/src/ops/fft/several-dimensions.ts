import { ArgumentError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import type { Dims } from "../core/arguments.ts";
import { axesOf, type FftnOptions, fractions, rankOf, settled } from "./arguments.ts";
import { type Axis, ofComplex, ofReal, toReal } from "./one-dimension.ts";
import type { Direction } from "./tables.ts";

/** The transform of the last dimension. The other dimensions use `ofComplex`. */
type Last = "complex" | "from real" | "to real";

function over(name: string, x: Tensor, options: FftnOptions, sign: Direction, last: Last): Tensor {
  const call = `fft.${name}`;
  const parts = last === "from real" ? 1 : 2;
  const z = fractions(call, x, parts);
  const { dims, sizes } = axesOf(call, rankOf(z.shape, parts), options);
  if (dims.length === 0) {
    if (last === "complex") return composite(() => z.clone());
    throw new ArgumentError(`${call}: needs at least one dimension to transform`);
  }
  const axes = dims.map((dim, i): Axis => ({ call, dim, n: sizes[i], norm: options.norm, sign }));
  const [end, ...others] = axes.reverse() as [Axis, ...Axis[]];
  return composite(() => {
    const first = last === "from real" ? ofReal(z, end) : z;
    const among = others.reduce(ofComplex, first);
    if (last === "from real") return among;
    return last === "to real" ? toReal(among, end) : ofComplex(among, end);
  });
}

const lastTwo = ({ dim = [-2, -1], ...options }: FftnOptions): FftnOptions => ({ ...options, dim });

/** `fft` over several dimensions. [..., N₁, N₂, …, 2] → [..., N₁, N₂, …, 2]. */
export function fftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "fftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("fftn", x, settled("s", s, dim, options), -1, "complex");
}

/** `fftn` over two dimensions (the last ones). */
export function fft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "fft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("fft2", x, lastTwo(settled("s", s, dim, options)), -1, "complex");
}

/** The inverse of `fftn`. */
export function ifftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "ifftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("ifftn", x, settled("s", s, dim, options), 1, "complex");
}

/** `ifftn` over two dimensions (the last ones). */
export function ifft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "ifft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("ifft2", x, lastTwo(settled("s", s, dim, options)), 1, "complex");
}

/**
 * `rfft` over the last of the dimensions, `fft` over the others. [..., N₁, N₂] →
 * [..., N₁, ⌊N₂/2⌋ + 1, 2].
 */
export function rfftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "rfftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("rfftn", x, settled("s", s, dim, options), -1, "from real");
}

/** `rfftn` over two dimensions (the last ones). */
export function rfft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "rfft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("rfft2", x, lastTwo(settled("s", s, dim, options)), -1, "from real");
}

/** The inverse of `rfftn`. If the last dimension has an odd size, `s` must give it. */
export function irfftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "irfftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("irfftn", x, settled("s", s, dim, options), 1, "to real");
}

/** `irfftn` over two dimensions (the last ones). */
export function irfft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "irfft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("irfft2", x, lastTwo(settled("s", s, dim, options)), 1, "to real");
}

/**
 * `fftn` of a conjugate-symmetric signal, given by half of its last dimension; the result is real.
 */
export function hfftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "hfftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("hfftn", x, settled("s", s, dim, options), -1, "to real");
}

/** `hfftn` over two dimensions (the last ones). */
export function hfft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "hfft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("hfft2", x, lastTwo(settled("s", s, dim, options)), -1, "to real");
}

/** The inverse of `hfftn`. */
export function ihfftn(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "ihfftn(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("ihfftn", x, settled("s", s, dim, options), 1, "from real");
}

/** `ihfftn` over two dimensions (the last ones). */
export function ihfft2(
  x: Tensor,
  s?: readonly number[] | null | FftnOptions,
  dim?: Dims | FftnOptions,
  options?: FftnOptions,
): Tensor {
  checkCall(
    "ihfft2(x, s?: number[] | null, dim?: number | number[] | null, { s, dim, norm })",
    arguments,
  );
  return over("ihfft2", x, lastTwo(settled("s", s, dim, options)), 1, "from real");
}
