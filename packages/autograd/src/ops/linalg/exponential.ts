import type { Op } from "../../graph/op.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cat } from "../core/assembly.ts";
import { checkFloating, constantLike } from "../core/constant.ts";
import { inFloat32 } from "../core/float32.ts";
import { detach } from "../core/layout.ts";
import { mul } from "../math/arithmetic.ts";
import { gt, where } from "../math/comparison.ts";
import { div } from "../math/division.ts";
import { amax } from "../math/reduction.ts";
import { abs } from "../math/unary.ts";
import { narrow } from "../shape/movement.ts";
import { countOf, mT, recordSerial, serialOp, sizeOfSquare } from "./matrices.ts";

/** eᴬ = (e^(A/2ˢ))^(2ˢ). The inner exponential is a Taylor series. */
const exponentialOp: Op = serialOp({
  name: "matrixExp",
  inputs: ["a"],
  sizes: ["n"],
  scratch: ["w"],
  wgsl: `  let n = u.n;
  let m = thread * n * n;
  var size = 0.0;
  for (var j = 0u; j < n; j++) {
    var column = 0.0;
    for (var i = 0u; i < n; i++) { column += abs(a[m + i * n + j]); y[m + i * n + j] = select(0.0, 1.0, i == j); }
    size = max(size, column);
  }
  var scale = 1.0;
  var halvings = 0u;
  while (size * scale > 0.5 && halvings < 140u) { scale *= 0.5; halvings++; }
  for (var k = 11u; k > 0u; k--) {
    for (var i = 0u; i < n; i++) {
      for (var j = 0u; j < n; j++) {
        var s = 0.0;
        for (var t = 0u; t < n; t++) { s += a[m + i * n + t] * scale * y[m + t * n + j]; }
        w[m + i * n + j] = s / f32(k) + select(0.0, 1.0, i == j);
      }
    }
    for (var i = 0u; i < n * n; i++) { y[m + i] = w[m + i]; }
  }
  for (; halvings > 0u; halvings--) {
    for (var i = 0u; i < n; i++) {
      for (var j = 0u; j < n; j++) {
        var s = 0.0;
        for (var t = 0u; t < n; t++) { s += y[m + i * n + t] * y[m + t * n + j]; }
        w[m + i * n + j] = s;
      }
    }
    for (var i = 0u; i < n * n; i++) { y[m + i] = w[m + i]; }
  }
`,
  saves: [0],
  // A corner of the exponential of [Aᵀ dY; 0 Aᵀ]. It is linear in dY, which is scaled to norm 1
  // (Najfeld & Havel 1995).
  gradient: (dy, [a]) => {
    const n = dy.shape.at(-1) as number;
    const most = amax(abs(detach(dy)), [-2, -1], { keepdim: true });
    const size = where(gt(most, 0), most, 1);
    const [turned, zero] = [mT(a as Tensor), constantLike(0, dy)];
    const upper = cat([turned, div(dy, size)], -1);
    const whole = exponential(cat([upper, cat([zero, turned], -1)], -2));
    return [mul(narrow(narrow(whole, -2, 0, n), -1, n, n), size)];
  },
});

function exponential(a: Tensor): Tensor {
  const n = a.shape.at(-1) as number;
  return recordSerial(exponentialOp, [a], a.shape, countOf(a), [n], [sizeOf(a.shape)]);
}

/** eᴬ = Σ Aᵏ / k!.  [..., n, n] → [..., n, n]. */
export function matrixExp(a: Tensor): Tensor {
  checkCall("linalg.matrixExp(a)", arguments);
  checkTensor("linalg.matrixExp", a);
  checkFloating("linalg.matrixExp", a);
  sizeOfSquare("linalg.matrixExp", a);
  if (a.numel() === 0) return a.clone();
  return composite(() => inFloat32(a, exponential));
}
