import { noGrad } from "../../tape/modes.ts";
import { recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { copy } from "../core/constant.ts";
import { detach, permute, reshape, unsqueeze } from "../core/layout.ts";
import { contiguous } from "../core/strided.ts";
import { add, mul } from "../math/arithmetic.ts";
import { contract } from "../math/contract.ts";
import { padded } from "../nn/padding.ts";
import { flipped, narrow, select } from "../shape/movement.ts";
import { product } from "./complex.ts";
import { chirp, chirpFilter, type Direction, matrixOf, twiddles } from "./tables.ts";

/**
 * The numbers that a transform takes and returns: with one part (real), or two (complex, along a
 * last
 * axis of size 2).
 */
export interface Kind {
  readonly sign: Direction;
  readonly scale: number;
  readonly from: 1 | 2;
  readonly to: 1 | 2;
}

/**
 * X[k] = scale · Σ x[n] e^(sign · 2πi kn/N) along `dim`, counted from the front. A real result
 * drops the
 * imaginary part. Its gradient is the adjoint: the same with the other sign.
 */
export function transform(x: Tensor, dim: number, kind: Kind): Tensor {
  const out = noGrad(() => along(detach(x), dim, kind));
  const { sign, from, to, scale } = kind;
  const adjoint: Kind = { sign: sign === 1 ? -1 : 1, from: to, to: from, scale };
  recordGradient("fft", out, [x], (dy) => [transform(dy, dim, adjoint)]);
  return out;
}

function along(x: Tensor, dim: number, kind: Kind): Tensor {
  const rank = x.shape.length - (kind.from - 1);
  const order = [...Array(rank).keys()].filter((d) => d !== dim);
  const last =
    kind.from === 2
      ? permute(x, [...order, dim, rank])
      : unsqueeze(permute(x, [...order, dim]), -1);
  const n = last.shape.at(-2) as number;
  const radices = radicesOf(n);
  const made = radices === null ? byChirps(last, kind) : byStages(last, radices, kind);
  const parts = kind.to === 2 ? made : select(made, -1, 0);
  const back = [...Array(rank).keys()].map((d) => (d === dim ? rank - 1 : d < dim ? d : d - 1));
  return contiguous(permute(parts, kind.to === 2 ? [...back, rank] : back));
}

/** Up to this size one product computes the transform. */
const DIRECT = 64;
/** The largest product of small factors that makes one stage. */
const STAGE = 32;

/**
 * The factors of n for the stages, few and of similar size. Null if a prime factor is too large.
 */
function radicesOf(n: number): number[] | null {
  if (n <= DIRECT) return [n];
  const primes: number[] = [];
  let rest = n;
  for (let p = 2; p * p <= rest; p++) for (; rest % p === 0; rest /= p) primes.push(p);
  if (rest > 1) primes.push(rest);
  if ((primes.at(-1) as number) > DIRECT) return null;
  const radices: number[] = [];
  for (const p of primes.reverse()) {
    const fits = radices.findIndex((r) => r * p <= STAGE);
    if (fits < 0) radices.push(p);
    else radices[fits] = (radices[fits] as number) * p;
  }
  return radices;
}

/**
 * Mixed radix, in the order of Stockham 1966. A stage takes a factor r out of the rest, N = r m:
 * with
 * n = m a + b and k = c + r d, Σₙ xₙ ω_N^(nk) = Σ_b ω_m^(bd) ω_N^(bc) Σₐ x ω_r^(ac). x: [..., N,
 * parts] → [..., N, parts].
 */
function byStages(x: Tensor, radices: readonly number[], { sign, from, to, scale }: Kind): Tensor {
  const lead = x.shape.slice(0, -2);
  const n = x.shape.at(-2) as number;
  const rank = x.shape.length;
  const count = lead.reduce((a, b) => a * b, 1);
  const [first, ...others] = radices as [number, ...number[]];
  let left = n / first;
  const only = others.length === 0;
  // [parts, N, ...]: the columns of a product
  const columns = permute(x, [rank - 1, rank - 2, ...Array(rank - 2).keys()]);
  let y = contract(
    matrixOf(first, sign, from, only ? to : 2, x),
    reshape(columns, [from, first, left, ...lead]),
    [0, 2, rank - 1, 2],
  );
  let done = 1;
  let r = first;
  for (const [i, next] of others.entries()) {
    const { cos, sin } = twiddles(r * left, r, sign, x);
    const apart = permute(reshape(y, [2, r, left, count, done]), [0, 2, 3, 1, 4]);
    const turned = add(mul(apart, cos), mul(flipped(apart, [0]), sin));
    done *= r;
    r = next;
    left /= r;
    const into = reshape(turned, [2, r, left, count, done]);
    y = contract(matrixOf(r, sign, 2, i === others.length - 1 ? to : 2, x), into, [0, 2, 3, 2]);
  }
  const whole = permute(reshape(y, [to, r, count, done]), [2, 1, 3, 0]);
  return reshape(scale === 1 ? copy(whole) : mul(whole, scale), [...lead, n, to]);
}

/**
 * Any N as a convolution with a chirp, computed by transforms of a power of 2 (Bluestein 1970):
 * nk = (n² + k² − (k − n)²) / 2.
 */
function byChirps(x: Tensor, { sign, from, to, scale }: Kind): Tensor {
  const n = x.shape.at(-2) as number;
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const radices = radicesOf(size) as number[];
  const w = chirp(n, sign, x);
  const swept = from === 2 ? product(x, w) : mul(x, w);
  const margins = swept.shape.map(
    (_, d) => [0, d === swept.shape.length - 2 ? size - n : 0] as const,
  );
  const whole = { scale: 1, from: 2, to: 2 } as const;
  const forward = byStages(padded(swept, margins, 0), radices, { ...whole, sign: -1 });
  const filtered = product(forward, chirpFilter(n, size, sign, x));
  const convolved = byStages(filtered, radices, { ...whole, sign: 1, scale });
  const made = product(narrow(convolved, -2, 0, n), w);
  return to === 2 ? made : narrow(made, -1, 0, 1);
}
