import { einsum, type Tensor } from "@wgrad/autograd";
import type { Operator, Operators } from "../operator.ts";
import { compute, given } from "./apply.ts";

/** α A B + β C, with A and B transposed if the attributes say so. */
const gemm: Operator = {
  inputs: [2, 3],
  attributes: { alpha: true, beta: true, transA: [0, 1], transB: [0, 1] },
  run(call) {
    const turned = (x: Tensor, name: string): Tensor => (call.number(name, 0) === 1 ? x.t() : x);
    const scaled = (x: Tensor, name: string): Tensor => {
      const by = call.number(name, 1);
      return by === 1 ? x : x.mul(by);
    };
    const product = turned(call.x(0), "transA").matmul(turned(call.x(1), "transB"));
    const first = scaled(product, "alpha");
    return call.has(2) ? first.add(scaled(call.x(2), "beta")) : first;
  },
};

/** Matrix products. */
export const products: Operators = {
  Einsum: {
    inputs: [1, Number.POSITIVE_INFINITY],
    attributes: { equation: true },
    run: (call) =>
      einsum(
        call.string("equation", "").replaceAll(" ", ""),
        ...given(call).map((value) => value.tensor),
      ),
  },
  Gemm: gemm,
  MatMul: {
    inputs: [2, 2],
    run: (call) =>
      compute([call.value(0), call.value(1)], call.value(0).type, (a, b) => a.matmul(b)),
  },
};
