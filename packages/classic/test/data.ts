import { init, type Tensor, tensor } from "@wgrad/autograd";
import { beforeAll, describe } from "vitest";

/** Runs tests on every device. */
export function onDevices(name: string, tests: (device: "cpu" | "wasm" | "webgpu") => void): void {
  describe.each(["cpu", "wasm", "webgpu"] as const)(`${name} on %s`, (device) => {
    beforeAll(async () => {
      await init({ device });
    });
    tests(device);
  });
}

/** The values of a result. */
export async function valuesOf(result: Tensor | Promise<Tensor>): Promise<number[]> {
  return Array.from(await (await result).data());
}

/** Non-periodic waves: features of synthetic rows. */
const wave = (i: number, j: number): number => Math.sin(1.7 * i * (j + 1) + j) + 0.3 * Math.cos(i);

/** Forty rows with three features. */
const features = (): number[][] =>
  Array.from({ length: 40 }, (_, i) => [wave(i, 0), wave(i, 1), wave(i, 2)]);

/** Rows of three classes, determined by the sum of two features. */
export function classes(): { x: Tensor; y: number[] } {
  const rows = features();
  const y = rows.map(([a = 0, b = 0]) => (a + b < -0.5 ? 0 : a + b < 0.6 ? 1 : 2));
  return { x: tensor(rows), y };
}

/** Rows with a numeric target. */
export function quantities(): { x: Tensor; y: number[] } {
  const rows = features();
  return { x: tensor(rows), y: rows.map(([a = 0, b = 0, c = 0]) => 3 * a - b * c) };
}
