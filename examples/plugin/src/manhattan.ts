import { ShapeError, type Tensor } from "@wgrad/autograd";
import { type DefinedKernel, defineKernel } from "@wgrad/autograd/plugin";

type Inputs = { a: "f32"; b: "f32" };
type Outputs = { y: (shapes: Record<"a" | "b", readonly number[]>) => number[] };

/** One thread a pair of rows: the differences, [n, m, d], are never in memory. */
export const manhattanKernel: DefinedKernel<Inputs, Outputs, Record<never, never>> = defineKernel({
  name: "manhattan",
  inputs: { a: "f32", b: "f32" },
  outputs: { y: ({ a: [n = 0], b: [m = 0] }) => [n, m] },
  sizes: ({ a: [n = 0, d = 0], b: [m = 0] }) => ({ n, m, d }),
  grid: ({ a: [n = 0], b: [m = 0] }) => Math.ceil((n * m) / 64),
  wgsl: `
    fn kernel(thread: u32, group: u32, local: u32) {
      if (thread >= u.n * u.m) { return; }
      let row = (thread / u.m) * u.d;
      let column = (thread % u.m) * u.d;
      var total = 0.0;
      for (var k = 0u; k < u.d; k++) { total += abs(a[row + k] - b[column + k]); }
      y[thread] = total;
    }`,
  reference: ({ a, b }) => ({ y: differences(a, b).abs().sum(2) }),
  vjp: ({ y: dy }, { a, b }) => {
    const slope = differences(a, b).sign().mul(dy.unsqueeze(2));
    return { a: slope.sum(1), b: slope.sum(0).neg() };
  },
});

const differences = (a: Tensor, b: Tensor): Tensor => a.unsqueeze(1).sub(b.unsqueeze(0));

/** y[i, j] = Σₖ |a[i, k] − b[j, k]|.  a: [n, d], b: [m, d] → [n, m]. */
export function manhattan(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[1]) {
    throw new ShapeError(
      `manhattan: takes rows of one length\n  a: [${a.shape.join(", ")}]\n  b: [${b.shape.join(", ")}]`,
    );
  }
  return manhattanKernel({ a, b }).y;
}
