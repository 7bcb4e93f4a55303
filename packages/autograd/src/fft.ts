/**
 * PyTorch's `torch.fft`, `stft`, windows, and complex numbers. These are real tensors with a last
 * axis of
 * size 2: real and imaginary part.
 */

export type { FftNorm, FftnOptions, FftOptions } from "./ops/fft/arguments.ts";
export {
  abs,
  angle,
  complex,
  conj,
  divide,
  imag,
  multiply,
  polar,
  real,
  viewAsComplex,
  viewAsReal,
} from "./ops/fft/complex.ts";
export {
  type FrequencyOptions,
  fftfreq,
  fftshift,
  ifftshift,
  rfftfreq,
  type ShiftOptions,
} from "./ops/fft/frequencies.ts";
export { fft, hfft, ifft, ihfft, irfft, rfft } from "./ops/fft/one-dimension.ts";
export {
  fft2,
  fftn,
  hfft2,
  hfftn,
  ifft2,
  ifftn,
  ihfft2,
  ihfftn,
  irfft2,
  irfftn,
  rfft2,
  rfftn,
} from "./ops/fft/several-dimensions.ts";
export { type IstftOptions, istft, type StftOptions, stft } from "./ops/fft/short-time.ts";
export {
  bartlettWindow,
  blackmanWindow,
  type HammingWindowOptions,
  hammingWindow,
  hannWindow,
  type KaiserWindowOptions,
  kaiserWindow,
  type WindowOptions,
} from "./ops/fft/windows.ts";
