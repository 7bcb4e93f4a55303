import {
  ArgumentError,
  cat,
  eye,
  linalg,
  matrixExp,
  noGrad,
  randn,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { fieldsOf } from "../fields.ts";
import { type AnyModule, Module } from "../module.ts";
import { registerParametrization } from "../parametrize.ts";

/** How an orthogonal matrix is computed from an unconstrained one. */
export type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

/** Settings of orthogonal. */
export interface OrthogonalOptions {
  /** Default: "matrix_exp" for square weights, "householder" for others. */
  readonly orthogonalMap?: OrthogonalMap | null;
  /** Q = Q₀ map(X), where Q₀ is chosen so that any weight can be assigned (default true). */
  readonly useTrivialization?: boolean;
}

/** A weight with orthonormal rows or columns.  Lezcano-Casado 2019. */
class _Orthogonal extends Module<[x: Tensor], Tensor> {
  readonly map: OrthogonalMap;
  readonly trivialized: boolean;
  readonly shape: readonly number[];
  base: Tensor | null = null;

  constructor(weight: Tensor, map: OrthogonalMap, trivialized: boolean) {
    super();
    this.map = map;
    this.trivialized = trivialized;
    this.shape = weight.shape;
    if (trivialized) this.registerBuffer("base", null);
  }

  forward(x: Tensor): Tensor {
    const wide = (x.shape.at(-2) as number) < (x.shape.at(-1) as number);
    const tall = wide ? x.mT : x;
    const made = this.map === "householder" ? reflections(tall) : fromSkew(tall, this.map);
    const q = this.base === null ? made : this.base.matmul(made);
    return wide ? q.mT : q;
  }

  rightInverse(given: Tensor): Tensor {
    if (String(given.shape) !== String(this.shape)) {
      throw new ArgumentError(
        `orthogonal: the weight must have shape [${this.shape.join(", ")}], got [${given.shape.join(", ")}]`,
      );
    }
    const wide = (given.shape.at(-2) as number) < (given.shape.at(-1) as number);
    const q = wide ? given.mT : given;
    if (!this.trivialized) {
      if (this.map !== "householder") return given; // as in PyTorch: the weight is the map of it
      const found = factored(q);
      return wide ? found.mT : found;
    }
    const [n, k] = q.shape.slice(-2) as [number, number];
    const more = [...q.shape.slice(0, -1), n - k];
    const square = n === k ? q : cat([q, randn(more, { dtype: q.dtype, device: q })], -1);
    this.base = orthonormal(square);
    return eye(n, k, { dtype: q.dtype, device: q })
      .neg()
      .expand(q.shape)
      .clone()
      .reshape(this.shape);
  }
}

/**
 * exp(A), or Cayley's (1 − A/2)⁻¹ (1 + A/2), for A = X − Xᵀ with X the lower triangle of x; the
 * first columns only if x has fewer.
 */
function fromSkew(x: Tensor, map: OrthogonalMap): Tensor {
  const [n, k] = x.shape.slice(-2) as [number, number];
  const lower = x.tril();
  const rest = lower.narrow(-1, 0, 1).mul(0);
  const square = n === k ? lower : cat([lower, rest.expand([...x.shape.slice(0, -1), n - k])], -1);
  const skew = square.sub(square.mT);
  const one = eye(n, { dtype: x.dtype, device: x });
  const q =
    map === "matrix_exp"
      ? matrixExp(skew)
      : linalg.solve(one.add(skew.mul(-0.5)), one.add(skew.mul(0.5)));
  return n === k ? q : q.narrow(-1, 0, k);
}

/**
 * The first k columns of H₁ H₂ …, Hᵢ = 1 − τᵢ vᵢ vᵢᵀ with vᵢ below the diagonal of x, times the
 * signs on the diagonal.
 */
function reflections(x: Tensor): Tensor {
  const [n, k] = x.shape.slice(-2) as [number, number];
  const below = x.tril(-1);
  const tau = below.square().sum(-2).add(1).reciprocal().mul(2); // [..., k]
  const one = eye(n, k, { dtype: x.dtype, device: x });
  const vectors = below.add(one);
  let q = one.expand(x.shape);
  for (let i = k - 1; i >= 0; i--) {
    const v = vectors.narrow(-1, i, 1);
    q = q.sub(v.mul(tau.narrow(-1, i, 1).unsqueeze(-1)).matmul(v.mT.matmul(q)));
  }
  return q.mul(x.diagonal({ dim1: -2, dim2: -1 }).trunc().unsqueeze(-2));
}

/** The inverse of `reflections`: the vectors of q's QR factors, and signs. */
function factored(q: Tensor): Tensor {
  const [n, k] = q.shape.slice(-2) as [number, number];
  let rest = q;
  const columns: Tensor[] = [];
  for (let i = 0; i < k; i++) {
    const x = rest.narrow(-1, i, 1).narrow(-2, i, n - i); // [..., n − i, 1]
    const head = x.narrow(-2, 0, 1);
    const size = x.norm(2, -2, { keepdim: true });
    const sign = where(head.lt(0), 1, -1);
    const end = size.mul(sign); // new value of the first element
    const flat = x
      .narrow(-2, 1, Math.max(0, n - i - 1))
      .square()
      .sum(-2, { keepdim: true })
      .eq(0);
    const tau = where(flat, 0, end.sub(head).div(end));
    const tail = where(flat, 0, x.div(head.sub(end))).narrow(-2, 1, Math.max(0, n - i - 1));
    const diagonal = where(flat, head.sign().neg(), end.sign()).mul(where(flat, -1, 1));
    const above = x
      .mul(0)
      .narrow(-2, 0, 1)
      .expand([...x.shape.slice(0, -2), i, 1]);
    columns.push(cat([above, diagonal, tail], -2));
    const v = cat([above, head.mul(0).add(1), tail], -2);
    rest = rest.sub(v.mul(tau).matmul(v.mT.matmul(rest)));
  }
  return cat(columns, -1);
}

/** The orthogonal factor of QR with a positive diagonal of R. If a is orthogonal, it is a. */
function orthonormal(a: Tensor): Tensor {
  return noGrad(() => {
    const [q, r] = linalg.qr(a) as unknown as [Tensor, Tensor];
    const signs = r.diagonal({ dim1: -2, dim2: -1 }).sign();
    return q.mul(signs.unsqueeze(-2)).clone();
  });
}

/**
 * PyTorch's `parametrizations.orthogonal`: keeps the columns of the matrix in field `name`
 * orthonormal while it is trained (or the rows, if it has more columns than rows).
 * `removeParametrizations(module, name)` undoes it.
 */
export function orthogonal<M extends AnyModule>(
  module: M,
  name = "weight",
  options: OrthogonalOptions = {},
): M {
  checkCall(
    'orthogonal(module: module, name?: string, { orthogonalMap: "matrix_exp" | "cayley" | "householder" | null, useTrivialization: boolean })',
    arguments,
  );
  const { orthogonalMap = null, useTrivialization = true } = options;
  const weight = fieldsOf(module).get(name)?.value as Tensor | undefined;
  const shape = weight?.shape ?? [];
  if (weight === undefined || shape.length < 2) {
    throw new ArgumentError(
      `orthogonal: ${module.constructor.name} has no matrix in ${name}${shape.length > 0 ? `, but [${shape.join(", ")}]` : ""}`,
    );
  }
  const map = orthogonalMap ?? (shape.at(-1) === shape.at(-2) ? "matrix_exp" : "householder");
  const made = new _Orthogonal(weight, map, useTrivialization);
  registerParametrization(module, name, made as unknown as AnyModule);
  return module;
}
