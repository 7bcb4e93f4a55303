import type { Op } from "../../graph/op.ts";
import { inOrder, type Pair } from "../../results.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { copy } from "../core/constant.ts";
import { unsqueeze } from "../core/layout.ts";
import { add, mul, sub, trueDivide } from "../math/arithmetic.ts";
import { eq, where } from "../math/comparison.ts";
import { matmul } from "../math/contraction.ts";
import { narrow, select } from "../shape/movement.ts";
import {
  batchOf,
  checkMatrices,
  checkSquare,
  countOf,
  identity,
  mT,
  recordSerial,
  serialOp,
} from "./matrices.ts";

/** The cosine and sine of the rotation that zeroes an off-diagonal element, from cot 2θ. */
const ROTATION = `fn rotation(cot: f32) -> vec2<f32> {
  let t = select(1.0, -1.0, cot < 0.0) / (abs(cot) + sqrt(cot * cot + 1.0));
  return vec2<f32>(1.0, t) / sqrt(t * t + 1.0);
}
`;

/**
 * The first row has the eigenvalues, ascending; the columns below are the eigenvectors. Cyclic
 * Jacobi
 * on the lower triangle.
 */
const eighOp: Op = serialOp({
  name: "eigh",
  inputs: ["a"],
  sizes: ["n"],
  scratch: ["w"],
  functions: ROTATION,
  wgsl: `  let n = u.n;
  let m = thread * n * n;
  let e = thread * (n + 1u) * n;
  let v = e + n;
  for (var i = 0u; i < n; i++) {
    for (var j = 0u; j < n; j++) {
      w[m + i * n + j] = a[m + max(i, j) * n + min(i, j)];
      y[v + i * n + j] = select(0.0, 1.0, i == j);
    }
  }
  for (var sweep = 0u; sweep < 16u; sweep++) {
    var turned = false;
    for (var p = 0u; p < n; p++) {
      for (var q = p + 1u; q < n; q++) {
        let x = w[m + p * n + q];
        let d = w[m + q * n + q] - w[m + p * n + p];
        if (abs(x) <= 1e-9 * abs(d) || x == 0.0) { continue; }
        turned = true;
        let r = rotation(d / (2.0 * x));
        for (var i = 0u; i < n; i++) {
          let f = w[m + i * n + p]; let g = w[m + i * n + q];
          w[m + i * n + p] = r.x * f - r.y * g; w[m + i * n + q] = r.y * f + r.x * g;
          let h = y[v + i * n + p]; let k = y[v + i * n + q];
          y[v + i * n + p] = r.x * h - r.y * k; y[v + i * n + q] = r.y * h + r.x * k;
        }
        for (var i = 0u; i < n; i++) {
          let f = w[m + p * n + i]; let g = w[m + q * n + i];
          w[m + p * n + i] = r.x * f - r.y * g; w[m + q * n + i] = r.y * f + r.x * g;
        }
        w[m + p * n + q] = 0.0; w[m + q * n + p] = 0.0;
      }
    }
    if (!turned) { break; }
  }
  for (var i = 0u; i < n; i++) { y[e + i] = w[m + i * n + i]; }
  for (var i = 0u; i < n; i++) {
    var l = i;
    for (var j = i + 1u; j < n; j++) { if (y[e + j] < y[e + l]) { l = j; } }
    for (var k = 0u; k <= n; k++) {
      let t = y[e + k * n + i]; y[e + k * n + i] = y[e + k * n + l]; y[e + k * n + l] = t;
    }
  }
`,
  saves: ["output"],
  // V (diag dλ + VᵀdV ∘ 1/(λⱼ − λᵢ)) Vᵀ
  gradient: (dy, _, { output }) => {
    const n = output.shape.at(-1) as number;
    const [values, vectors] = [select(output, -2, 0), narrow(output, -2, 1, n)];
    const [dValues, dVectors] = [select(dy, -2, 0), narrow(dy, -2, 1, n)];
    const mixed = mul(matmul(mT(vectors), dVectors), inverse(gaps(values)));
    const inner = add(mixed, mul(unsqueeze(dValues, -1), identity(n, dy)));
    return [matmul(matmul(vectors, inner), mT(vectors))];
  },
});

/** xⱼ − xᵢ. */
const gaps = (x: Tensor): Tensor => sub(unsqueeze(x, -2), unsqueeze(x, -1));

/** 1/x, or 0 where x = 0: the eigenvectors of equal eigenvalues have no derivative. */
const inverse = (x: Tensor): Tensor => {
  const isZero = eq(x, 0);
  return where(isZero, 0, trueDivide(1, where(isZero, 1, x)));
};

/** The result of `linalg.eigh`: by name, or `const [eigenvalues, eigenvectors] = …`. */
export interface EighResult extends Pair<Tensor> {
  readonly eigenvalues: Tensor;
  readonly eigenvectors: Tensor;
}

function decomposed(call: string, a: Tensor): EighResult {
  const n = checkSquare(call, a);
  const shape = [...batchOf(a), n + 1, n];
  const both = recordSerial(eighOp, [a], shape, countOf(a), [n], [sizeOf(a.shape)]);
  return inOrder({
    eigenvalues: copy(select(both, -2, 0)),
    eigenvectors: copy(narrow(both, -2, 1, n)),
  });
}

/**
 * A = V diag λ Vᵀ for symmetric A (only its lower triangle is read). The eigenvalues λ are
 * ascending;
 * the columns of V are the eigenvectors, each up to its sign. [..., n, n] → [..., n], [..., n, n].
 */
export function eigh(a: Tensor): EighResult {
  checkCall("linalg.eigh(a)", arguments);
  return composite(() => decomposed("linalg.eigh", a));
}

/**
 * The eigenvalues of symmetric A, ascending. Only the lower triangle is read.
 * [..., n, n] → [..., n].
 */
export function eigvalsh(a: Tensor): Tensor {
  checkCall("linalg.eigvalsh(a)", arguments);
  return composite(() => decomposed("linalg.eigvalsh", a).eigenvalues);
}

/**
 * The first row has the singular values, descending; then follow the rows of U, then those of V.
 * For A
 * with rows ≥ columns. One-sided Jacobi.
 */
const svdOp: Op = serialOp({
  name: "svd",
  inputs: ["a"],
  sizes: ["rows", "n"],
  functions: ROTATION,
  wgsl: `  let n = u.n;
  let e = thread * (1u + u.rows + n) * n;
  let v = e + n + u.rows * n;
  for (var i = 0u; i < u.rows * n; i++) { y[e + n + i] = a[thread * u.rows * n + i]; }
  for (var i = 0u; i < n * n; i++) { y[v + i] = select(0.0, 1.0, i % (n + 1u) == 0u); }
  for (var sweep = 0u; sweep < 16u; sweep++) {
    var turned = false;
    for (var p = 0u; p < n; p++) {
      for (var q = p + 1u; q < n; q++) {
        var s = vec3<f32>();
        for (var i = 1u; i <= u.rows; i++) {
          let f = y[e + i * n + p]; let g = y[e + i * n + q];
          s += vec3<f32>(f * f, g * g, f * g);
        }
        if (abs(s.z) <= 1e-7 * sqrt(s.x * s.y) || s.z == 0.0) { continue; }
        turned = true;
        let r = rotation((s.y - s.x) / (2.0 * s.z));
        for (var i = 1u; i <= u.rows + n; i++) {
          let f = y[e + i * n + p]; let g = y[e + i * n + q];
          y[e + i * n + p] = r.x * f - r.y * g; y[e + i * n + q] = r.y * f + r.x * g;
        }
      }
    }
    if (!turned) { break; }
  }
  for (var j = 0u; j < n; j++) {
    var s = 0.0;
    for (var i = 1u; i <= u.rows; i++) { s += y[e + i * n + j] * y[e + i * n + j]; }
    s = sqrt(s);
    y[e + j] = s;
    for (var i = 1u; i <= u.rows; i++) { y[e + i * n + j] /= select(1.0, s, s > 0.0); }
  }
  for (var i = 0u; i < n; i++) {
    var l = i;
    for (var j = i + 1u; j < n; j++) { if (y[e + j] > y[e + l]) { l = j; } }
    for (var k = 0u; k <= u.rows + n; k++) {
      let t = y[e + k * n + i]; y[e + k * n + i] = y[e + k * n + l]; y[e + k * n + l] = t;
    }
  }
`,
  saves: ["output"],
  // U (skew(UᵀdU)/E S + S skew(VᵀdV)/E + diag dS) Vᵀ + (1 − UUᵀ) dU S⁻¹ Vᵀ, where skew(X) = X − Xᵀ
  // and E = sⱼ² − sᵢ²
  gradient: (dy, _, { output, shapes }) => {
    const [rows, n] = (shapes[0] as Shape).slice(-2) as [number, number];
    const parts = (x: Tensor) => [
      select(x, -2, 0),
      narrow(x, -2, 1, rows),
      narrow(x, -2, 1 + rows, n),
    ];
    const [s, U, V] = parts(output) as [Tensor, Tensor, Tensor];
    const [dS, dU, dV] = parts(dy) as [Tensor, Tensor, Tensor];
    const skew = (x: Tensor) => sub(x, mT(x));
    const turns = inverse(gaps(mul(s, s)));
    const [along, across] = [unsqueeze(s, -2), unsqueeze(s, -1)];
    const projected = matmul(mT(U), dU);
    const left = mul(mul(skew(projected), turns), along);
    const right = mul(across, mul(skew(matmul(mT(V), dV)), turns));
    const diagonal = mul(unsqueeze(dS, -1), identity(n, dy));
    const inside = matmul(U, add(add(left, right), diagonal));
    const outside = mul(sub(dU, matmul(U, projected)), inverse(along));
    return [matmul(add(inside, outside), mT(V))];
  },
});

/**
 * S, U and V of A = U diag(S) Vᵀ for A of any shape. Columns of U (or V) with the singular value 0
 * are
 * 0.
 */
export function singular(call: string, a: Tensor): { S: Tensor; U: Tensor; V: Tensor } {
  const [rows, columns] = checkMatrices(call, a);
  if (rows < columns) {
    const { S, U, V } = singular(call, mT(a));
    return { S, U: V, V: U };
  }
  const shape = [...batchOf(a), 1 + rows + columns, columns];
  const all = recordSerial(svdOp, [a], shape, countOf(a), [rows, columns]);
  return {
    S: copy(select(all, -2, 0)),
    U: copy(narrow(all, -2, 1, rows)),
    V: copy(narrow(all, -2, 1 + rows, columns)),
  };
}

/** The singular values of A, descending.  [..., m, n] → [..., min(m, n)]. */
export function svdvals(a: Tensor): Tensor {
  checkCall("linalg.svdvals(a)", arguments);
  return composite(() => singular("linalg.svdvals", a).S);
}
