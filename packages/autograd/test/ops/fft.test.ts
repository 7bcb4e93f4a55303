import { init, type Tensor, tensor } from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, type Input, normal } from "./inputs.ts";

type OfTensors = (...operands: Tensor[]) => Tensor | readonly Tensor[];

const z = normal([2, 6, 2]);
const window = () => fft.hannWindow(8, { dtype: "f64" });

/** Rows as `[call, inputs]`; every call is a function of the tensors alone. */
const rows: Readonly<Record<string, readonly [OfTensors, readonly Input[]]>> = {
  fft: [(x) => fft.fft(x as Tensor), [z]],
  "fft of several stages": [(x) => fft.fft(x as Tensor, { norm: "ortho" }), [normal([2, 72, 2])]],
  "fft by chirps": [(x) => fft.fft(x as Tensor, { n: 67 }), [normal([3, 2])]],
  "rfft by chirps": [(x) => fft.rfft(x as Tensor, 67), [normal([5])]],
  "fft along a dimension between": [
    (x) => fft.fft(x as Tensor, { dim: 0, n: 5, norm: "ortho" }),
    [normal([4, 3, 2])],
  ],
  ifft: [(x) => fft.ifft(x as Tensor, { norm: "forward" }), [z]],
  rfft: [(x) => fft.rfft(x as Tensor, { n: 7 }), [normal([2, 8])]],
  irfft: [(x) => fft.irfft(x as Tensor), [normal([2, 5, 2])]],
  "irfft of odd length": [(x) => fft.irfft(x as Tensor, 7, 0), [normal([4, 3, 2])]],
  hfft: [(x) => fft.hfft(x as Tensor), [normal([2, 4, 2])]],
  ihfft: [(x) => fft.ihfft(x as Tensor), [normal([2, 6])]],
  fftn: [(x) => fft.fftn(x as Tensor), [normal([2, 3, 4, 2])]],
  rfft2: [(x) => fft.rfft2(x as Tensor, [3, 6]), [normal([2, 4, 5])]],
  irfftn: [(x) => fft.irfftn(x as Tensor, { norm: "ortho" }), [normal([3, 3, 2])]],
  fftshift: [(x) => fft.fftshift(x as Tensor), [normal([3, 4])]],
  "ifftshift of complex numbers": [
    (x) => fft.ifftshift(x as Tensor, 0, { complex: true }),
    [normal([5, 2])],
  ],
  stft: [(x) => fft.stft(x as Tensor, 8, { normalized: true }), [normal([2, 20])]],
  "stft with a window, both sides": [
    (x, w) =>
      fft.stft(x as Tensor, 8, {
        winLength: 6,
        window: w as Tensor,
        hopLength: 3,
        onesided: false,
      }),
    [normal([20]), awayFromZero([6])],
  ],
  istft: [
    (x, w) => fft.istft(x as Tensor, 4, { window: w as Tensor, hopLength: 2, length: 9 }),
    [normal([2, 3, 5, 2]), awayFromZero([4])],
  ],
  complex: [(a, b) => fft.complex(a as Tensor, b as Tensor), [normal([3]), normal([3])]],
  polar: [(a, b) => fft.polar(a as Tensor, b as Tensor), [normal([3]), normal([3])]],
  "parts and conjugate": [
    (x) => [fft.real(x as Tensor), fft.imag(x as Tensor), fft.conj(x as Tensor)],
    [z],
  ],
  "size and angle": [(x) => [fft.abs(x as Tensor), fft.angle(x as Tensor)], [awayFromZero([4, 2])]],
  multiply: [(a, b) => fft.multiply(a as Tensor, b as Tensor), [z, normal([6, 2])]],
  divide: [(a, b) => fft.divide(a as Tensor, b as Tensor), [z, awayFromZero([6, 2])]],
};

testOps(Object.entries(rows).map(([name, [op, inputs]]): OpCase => ({ name, op, inputs })));

/** The transform as it is defined, in f64. */
function defined(x: Float64Array): number[] {
  const n = x.length / 2;
  const out: number[] = [];
  for (let k = 0; k < n; k++) {
    let [re, im] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [x[2 * j] as number, x[2 * j + 1] as number];
      re += a * c - b * s;
      im += a * s + b * c;
    }
    out.push(re, im);
  }
  return out;
}

const quick = [1, 61, 67, 105, 134, 360];
const all = [...quick, 2, 64, 66, 128, 243, 343, 512, 529, 997, 1000, 1021, 1024, 2048];
const sizes = inject("tier") === "full" ? all : quick;

describe.each(["cpu", "wasm", "webgpu"] as const)("of any length on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(sizes)("%i numbers", async (n) => {
    const x = Float64Array.from({ length: 2 * n }, (_, i) => Math.fround(Math.sin(i * i + 1)));
    const want = defined(x);
    const made = fft.fft(tensor(x, { shape: [n, 2], device }));
    const size = Math.sqrt(want.reduce((sum, y) => sum + y * y, 0) / n);
    const got = await made.data();
    const wrong = Math.max(...want.map((y, i) => Math.abs((got[i] as number) - y)));
    expect(wrong / size).toBeLessThan(3e-6);
    const back = await fft.ifft(made).data();
    expect(Math.max(...x.map((y, i) => Math.abs((back[i] as number) - y)))).toBeLessThan(3e-6);
  });
});

describe("refuses", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const real = () => tensor([[1, 2, 3]]);

  test.each<[string, () => unknown]>([
    ["fft of real numbers", () => fft.fft(real())],
    ["nothing to transform", () => fft.rfft(tensor([]))],
    ["an unknown norm", () => fft.rfft(real(), { norm: "none" as never })],
    ["a dimension that is not there", () => fft.rfft(real(), { dim: 2 })],
    ["the dimension of the parts", () => fft.fft(tensor([[1, 2]]), { dim: 1 })],
    ["more sizes than dimensions", () => fft.fft2(tensor([[1, 2]]))],
    ["a frame longer than the signal", () => fft.stft(real(), 8, { center: false })],
    ["a window of another length", () => fft.stft(tensor([1, 2, 3, 4]), 4, { window: window() })],
    ["spectra of another length", () => fft.istft(tensor([[[1, 2]]]), 8)],
    ["no frequencies", () => fft.fftfreq(0)],
    ["a window of half a number", () => fft.hannWindow(2.5)],
  ])("%s", (_, call) => {
    expect(call).toThrowErrorMatchingSnapshot();
  });
});

test.each(["cpu", "wasm", "webgpu"] as const)(
  "istft refuses windows that leave a sample without any weight, on %s",
  async (device) => {
    await init({ device });
    const options = { window: fft.hannWindow(8), center: false };
    const spectra = fft.stft(tensor(Float32Array.from({ length: 32 }, Math.sin)), 8, options);
    const late = async () => fft.istft(spectra, 8, options).data();
    await expect(late()).rejects.toThrow("istft: the squares of the windows sum to 0 at a sample");
    const gaps = async () =>
      fft.istft(spectra, 8, { hopLength: 8, window: fft.hannWindow(8) }).data();
    await expect(gaps()).rejects.toThrow("so it cannot be recovered");
    expect(
      await fft.istft(spectra, 8, { window: fft.hammingWindow(8), center: false }).data(),
    ).toBeDefined();
  },
);
