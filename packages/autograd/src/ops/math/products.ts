import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { broadcastShapes, normalizeDim, normalizeDims, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { valueOfNow } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { permute, reshape } from "../core/layout.ts";
import { sum } from "../shape/broadcast.ts";
import { diagonal } from "../shape/diagonals.ts";
import { roll } from "../shape/movement.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { contract } from "./contract.ts";
import { checkMatched, dot } from "./contraction.ts";
import { einsum } from "./einsum.ts";

/**
 * A number n contracts the last n dimensions of a with the first n of b. A pair of lists names the
 * dimensions of each.
 */
export type MeetingDims = number | readonly [readonly number[], readonly number[]];

/** Options of `tensordot`. */
export interface TensordotOptions {
  readonly dims?: MeetingDims;
}

/**
 * Multiplies a and b and sums over the contracted dimensions (2 unless given): [a's other
 * dimensions..., b's other dimensions...].
 */
export function tensordot(a: Tensor, b: Tensor, dims: MeetingDims | TensordotOptions = {}): Tensor {
  checkCall("tensordot(a, b, dims?: int | array, { dims })", arguments);
  checkMatched("tensordot", a, b);
  const named = typeof dims === "number" || Array.isArray(dims);
  const given = (named ? dims : ((dims as TensordotOptions).dims ?? 2)) as MeetingDims;
  const counted = typeof given === "number";
  if (counted && !(given >= 0 && given <= Math.min(a.shape.length, b.shape.length))) {
    throw new ArgumentError(
      `tensordot: cannot contract ${given} dimensions${detail("a", a.shape)}${detail("b", b.shape)}`,
    );
  }
  const ofA = counted ? range(a.shape.length - given, given) : meeting(a, given[0]);
  const ofB = counted ? range(0, given) : meeting(b, given[1]);
  const meet =
    ofA.length === ofB.length && ofA.every((d, i) => a.shape[d] === b.shape[ofB[i] as number]);
  if (!meet) {
    throw new ShapeError(
      `tensordot: dimensions [${ofA.join(", ")}] of a and [${ofB.join(", ")}] of b differ in size` +
        `${detail("a", a.shape)}${detail("b", b.shape)}`,
    );
  }
  const restA = range(0, a.shape.length).filter((d) => !ofA.includes(d));
  const restB = range(0, b.shape.length).filter((d) => !ofB.includes(d));
  return composite(() =>
    contract(permute(a, [...restA, ...ofA]), permute(b, [...ofB, ...restB]), [
      0,
      restA.length,
      restB.length,
      ofA.length,
    ]),
  );
}

const range = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

const meeting = (x: Tensor, dims: readonly number[] | undefined): number[] =>
  dims?.length === 0 ? [] : normalizeDims("tensordot", dims, x.shape.length);

/**
 * The Kronecker product: every element of a times the whole of b, in blocks. [m, n], [p, q] →
 * [m·p, n·q].
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  checkCall("kron(a, b)", arguments);
  checkTensor("kron", a);
  checkTensor("kron", b);
  const rank = Math.max(a.shape.length, b.shape.length);
  const raised = (x: Tensor): number[] => [
    ...Array<number>(rank - x.shape.length).fill(1),
    ...x.shape,
  ];
  const [p, q] = [raised(a), raised(b)];
  return composite(() => {
    const apart = mul(
      reshape(
        valueOfNow(a),
        p.flatMap((n) => [n, 1]),
      ),
      reshape(
        valueOfNow(b),
        q.flatMap((n) => [1, n]),
      ),
    );
    return reshape(
      apart,
      p.map((n, d) => n * (q[d] as number)),
    );
  });
}

/**
 * yₒ = x₁ Wₒ x₂ᵀ + bₒ. x1: [..., n]; x2: [..., m]; weight: [out, n, m]; bias: [out] → [..., out].
 */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkCall("bilinear(x1, x2, weight, bias?: tensor | null)", arguments);
  for (const x of [x1, x2, weight]) checkTensor("bilinear", x);
  const fits =
    weight.shape.length === 3 &&
    x1.shape.at(-1) === weight.shape[1] &&
    x2.shape.at(-1) === weight.shape[2] &&
    x1.shape.slice(0, -1).join() === x2.shape.slice(0, -1).join();
  if (!fits) {
    throw new ShapeError(
      `bilinear: the weight does not fit the features${detail("x1", x1.shape)}${detail("x2", x2.shape)}` +
        `${detail("weight", weight.shape)}\n  hint: the weight is [out, features of x1, features of x2]`,
    );
  }
  const lead = x1.shape.slice(0, -1);
  const rows = sizeOf(lead);
  return composite(() => {
    const left = reshape(x1, [rows, weight.shape[1] as number]);
    const right = reshape(x2, [rows, weight.shape[2] as number]);
    const product = einsum("bn,anm,bm->ba", left, weight, right);
    const out = reshape(product, [...lead, weight.shape[0] as number]);
    return bias == null ? out : add(out, bias);
  });
}

/** The sum of the main diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  checkCall("trace(x)", arguments);
  checkTensor("trace", x);
  if (x.shape.length !== 2) throw new ShapeError(`trace: expected a matrix${detail("x", x.shape)}`);
  return composite(() => sum(diagonal(x)));
}

/** Σᵢ aᵢ bᵢ of two vectors. For floating-point vectors it equals `dot`. */
export function vdot(a: Tensor, b: Tensor): Tensor {
  checkCall("vdot(a, b)", arguments);
  return dot(a, b);
}

/**
 * Sums products over the last dimension of both: [..., k], [...', k] → [..., ...']. If one is a 0-d
 * tensor, it is the elementwise product.
 */
export function inner(a: Tensor, b: Tensor): Tensor {
  checkCall("inner(a, b)", arguments);
  checkMatched("inner", a, b);
  if (a.shape.length === 0 || b.shape.length === 0) return composite(() => mul(a, b));
  return composite(() => tensordot(a, b, [[-1], [-1]]));
}

/**
 * The vector product a × b along a dimension of size 3: the first such one unless given. The other
 * dimensions broadcast.
 */
export function cross(
  a: Tensor,
  b: Tensor,
  dim: number | null | DimOption<number | null> = null,
): Tensor {
  checkCall("cross(a, b, dim?: number | null, { dim })", arguments);
  checkTensor("cross", a);
  checkTensor("cross", b);
  const { dim: along = null } = withDim<number | null, DimOption<number | null>>(dim, undefined);
  const shape = broadcastShapes("cross", a.shape, b.shape);
  const first = shape.indexOf(3);
  const at = along === null ? first : normalizeDim("cross", along, shape.length);
  if (a.shape.length !== b.shape.length || a.shape[at] !== 3 || b.shape[at] !== 3) {
    throw new ShapeError(
      `cross: expected a dimension of size 3 in both${detail("a", a.shape)}${detail("b", b.shape)}`,
    );
  }
  const turned = (x: Tensor, by: number): Tensor => roll(x, -by, at);
  return composite(() => sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1))));
}
