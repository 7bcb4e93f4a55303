import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkedFractions } from "../core/bounds.ts";
import { constant } from "../core/constant.ts";
import { reshape, transpose, unsqueeze } from "../core/layout.ts";
import { mul } from "../math/arithmetic.ts";
import { div } from "../math/division.ts";
import { fold, unfoldDim } from "../nn/columns.ts";
import { type PadMode, pad } from "../nn/padding.ts";
import { expand } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import { fractions, resized } from "./arguments.ts";
import { complex, real } from "./complex.ts";
import { type Axis, ofComplex, ofReal, toReal } from "./one-dimension.ts";

interface FrameOptions {
  /** The number of samples between frames (a quarter of nFft). */
  readonly hopLength?: number | null;
  /** The number of samples that the window covers, in the middle of a frame (nFft). */
  readonly winLength?: number | null;
  /** The window: [winLength] (all 1). */
  readonly window?: Tensor | null;
  /**
   * If true (the default), frames are centered at their time: the signal is padded by half a frame
   * at
   * both ends.
   */
  readonly center?: boolean;
  /** If true, divides by √nFft. */
  readonly normalized?: boolean;
  /**
   * If true (the default), returns only the frequencies 0 … ⌊nFft/2⌋. The others of a real signal
   * are
   * their conjugates.
   */
  readonly onesided?: boolean;
}

/** Options of `stft`. */
export interface StftOptions extends FrameOptions {
  /** How `center` pads the signal ("reflect"). */
  readonly padMode?: PadMode;
}

/** Options of `istft`. */
export interface IstftOptions extends FrameOptions {
  /** The number of samples of the signal (what the frames cover). */
  readonly length?: number | null;
}

interface Frames {
  readonly hop: number;
  /** [nFft] */
  readonly window: Tensor;
}

function framesOf(call: string, x: Tensor, nFft: number, options: FrameOptions): Frames {
  const { hopLength, winLength, window = null } = options;
  const width = winLength ?? nFft;
  const hop = hopLength ?? Math.floor(nFft / 4);
  const whole = [nFft, width, hop].every((n) => Number.isInteger(n) && n > 0);
  if (!whole || width > nFft) {
    throw new ArgumentError(
      `${call}: nFft ${nFft}, winLength ${width} and hopLength ${hop} do not fit` +
        "\n  hint: they are whole numbers greater than 0, and winLength is at most nFft",
    );
  }
  if (window !== null && (window.shape.length !== 1 || window.shape[0] !== width)) {
    throw new ShapeError(
      `${call}: the window must have ${width} elements${detail("window", window.shape)}`,
    );
  }
  const own = window ?? constant(1, x.dtype, [width], x.node.stream);
  const before = Math.floor((nFft - width) / 2);
  return { hop, window: width === nFft ? own : pad(own, [before, nFft - width - before]) };
}

/**
 * The short-time Fourier transform of a real signal: X[f, t] = Σₙ w[n] x[n + t · hopLength]
 * e^(−2πi fn/nFft). [T] or [B, T] → [..., frequencies, frames, 2].
 */
export function stft(x: Tensor, nFft: number, options: StftOptions = {}): Tensor {
  checkCall(
    "stft(x, nFft: number, { hopLength: number | null, winLength: number | null, window: tensor | null, center: boolean, padMode, normalized: boolean, onesided: boolean })",
    arguments,
  );
  const signal = fractions("stft", x, 1);
  if (signal.shape.length !== 1 && signal.shape.length !== 2) {
    throw new ShapeError(`stft: expected a signal [T] or signals [B, T]${detail("x", x.shape)}`);
  }
  const { center = true, padMode = "reflect", normalized = false, onesided = true } = options;
  return composite(() => {
    const { hop, window } = framesOf("stft", signal, nFft, options);
    const half = Math.floor(nFft / 2);
    const around = center
      ? pad(unsqueeze(signal, -2), [half, half], { mode: padMode })
      : unsqueeze(signal, -2);
    const length = around.shape.at(-1) as number;
    if (length < nFft) {
      throw new ShapeError(
        `stft: a frame of ${nFft} does not fit ${length} samples${detail("x", x.shape)}`,
      );
    }
    const frames = unfoldDim(
      reshape(around, [...signal.shape.slice(0, -1), length]),
      -1,
      nFft,
      hop,
    );
    const weighed = mul(frames, window);
    const norm = normalized ? "ortho" : "backward";
    const axis: Axis = { call: "stft", dim: weighed.shape.length - 1, norm, sign: -1 };
    const spectra = onesided ? ofReal(weighed, axis) : ofComplex(complex(weighed), axis);
    return transpose(spectra, -3, -2);
  });
}

/**
 * The inverse of `stft`, by adding overlapping frames: x = Σ w · frame / Σ w². [..., frequencies,
 * frames, 2] → [..., T].
 * Throws an ArgumentError if Σ w² is 0 at a sample, as at the ends of a Hann window with
 * `center: false`.
 */
export function istft(x: Tensor, nFft: number, options: IstftOptions = {}): Tensor {
  checkCall(
    "istft(x, nFft: number, { hopLength: size | null, winLength: size | null, window: tensor | null, center: boolean, normalized: boolean, onesided: boolean, length: count | null })",
    arguments,
  );
  const spectra = fractions("istft", x, 2);
  const { center = true, normalized = false, onesided = true, length = null } = options;
  const rank = spectra.shape.length;
  const frequencies = onesided ? Math.floor(nFft / 2) + 1 : nFft;
  if ((rank !== 3 && rank !== 4) || spectra.shape[rank - 3] !== frequencies) {
    throw new ShapeError(
      `istft: expected [..., ${frequencies}, frames, 2]${detail("x", x.shape)}\n  hint: pass the result of stft, with the same options`,
    );
  }
  return composite(() => {
    const { hop, window } = framesOf("istft", spectra, nFft, options);
    const turned = transpose(spectra, -3, -2);
    const norm = normalized ? "ortho" : "backward";
    const axis: Axis = { call: "istft", dim: rank - 2, n: nFft, norm, sign: 1 };
    const frames = onesided ? toReal(turned, axis) : real(ofComplex(turned, axis));
    const count = frames.shape.at(-2) as number;
    const size = nFft + hop * (count - 1);
    const overlapped = (rows: Tensor): Tensor => {
      const columns = transpose(reshape(rows, [-1, count, nFft]), -1, -2);
      return reshape(fold(columns, [1, size], [1, nFft], { stride: [1, hop] }), [
        ...leadOf(rows),
        size,
      ]);
    };
    const start = center ? Math.floor(nFft / 2) : 0;
    const end = length === null ? size - start : Math.min(size, start + length);
    const cut = (line: Tensor): Tensor => narrow(line, -1, start, end - start);
    const sums = cut(overlapped(mul(frames, window)));
    const squares = cut(overlapped(expand(mul(window, window), [count, nFft])));
    const weights = checkedFractions(squares, { from: LEAST, to: Infinity }, uncovered);
    const signal = div(sums, weights);
    return length === null ? signal : resized(signal, signal.shape.length - 1, length);
  });
}

/** The least Σ w² of a sample: PyTorch's bound. */
const LEAST = 1e-11;

const uncovered = (sum: number): ArgumentError =>
  new ArgumentError(
    `istft: the squares of the windows sum to ${sum} at a sample, so it cannot be recovered` +
      "\n  hint: use center: true, a smaller hopLength, or a window without zeros at its ends",
  );

const leadOf = ({ shape }: Tensor): Shape => shape.slice(0, -2);
