import {
  clamp,
  dropout,
  elu,
  gelu,
  leakyRelu,
  mish,
  oneHot,
  onesLike,
  softplus,
  softsign,
  type Tensor,
  where,
} from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxDropout } from "../modes.ts";
import type { Operator, Operators } from "../operator.ts";
import { BOOL } from "../types.ts";
import { sizeOf, Value } from "../value.ts";
import { compute, typed, unary } from "./apply.ts";

/** An operator f of x and numeric attributes with defaults. */
const shaped = (
  defaults: Readonly<Record<string, number>>,
  f: (x: Tensor, ...settings: number[]) => Tensor,
): Operator => ({
  inputs: [1, 1],
  attributes: Object.fromEntries(Object.keys(defaults).map((name) => [name, true])),
  run(call) {
    const settings = Object.entries(defaults).map(([name, value]) => call.number(name, value));
    return compute([call.value(0)], call.value(0).type, (x) => f(x, ...settings));
  },
});

/** f along an axis; before opset 13, along all dimensions from the axis on, flattened. */
const along = (f: (x: Tensor, axis: number) => Tensor): Operator => ({
  inputs: [1, 1],
  attributes: { axis: true },
  run(call) {
    const x = call.x(0);
    if (call.opset >= 13) return f(x, call.axis(x.shape.length, -1));
    const axis = call.axis(x.shape.length, 1);
    const rows = sizeOf(x.shape.slice(0, axis));
    return f(x.reshape([rows, sizeOf(x.shape) / rows]), 1).reshape([...x.shape]);
  },
});

const hardmax = (x: Tensor, axis: number): Tensor =>
  oneHot(x.argmax(axis), x.shape[axis] as number)
    .movedim(-1, axis)
    .to(x.dtype);

const prelu: Operator = {
  inputs: [2, 2],
  run: (call) =>
    compute([call.value(0), call.value(1)], call.value(0).type, (x, slope) =>
      where(x.lt(0), x.mul(slope), x),
    ),
};

/** Elements and mask. In training, kept elements are divided by 1 − ratio. */
const dropoutOperator: Operator = {
  inputs: [1, 3],
  attributes: { ratio: true, seed: true },
  settings: [1, 2],
  run(call) {
    const x = call.value(0);
    const p = call.setting(1)?.[0] ?? call.number("ratio", 0.5);
    const always = call.has(2) && call.value(2).number() !== 0;
    const drops = always || call.module?.training === true;
    const masked = call.node.outputs.length > 1 && call.node.outputs[1] !== "";
    if (!drops) return masked ? [x, Value.of(onesLike(x.tensor, { dtype: "bool" }), BOOL)] : x;
    if (!masked) return drop(call, x.tensor, p);
    const kept = drop(call, onesLike(x.tensor), p);
    return [typed(x.tensor.mul(kept), x.type), Value.of(kept.ne(0), BOOL)];
  },
};

function drop(call: Call, x: Tensor, p: number): Tensor {
  if (call.module instanceof OnnxDropout && call.module.training) return call.module(x, p);
  return dropout(x, { p, training: true });
}

/** Activations. */
export const activations: Operators = {
  Celu: shaped({ alpha: 1 }, (x, alpha) => elu(x.div(alpha)).mul(alpha)),
  Dropout: dropoutOperator,
  Elu: shaped({ alpha: 1 }, (x, alpha) => elu(x, { alpha })),
  Gelu: {
    inputs: [1, 1],
    attributes: { approximate: ["none", "tanh"] },
    run: (call) =>
      gelu(call.x(0), {
        approximate: call.string("approximate", "none") === "tanh" ? "tanh" : "none",
      }),
  },
  Hardmax: along(hardmax),
  HardSigmoid: shaped({ alpha: 0.2, beta: 0.5 }, (x, a, b) => clamp(x.mul(a).add(b), 0, 1)),
  HardSwish: unary((x) => x.mul(clamp(x.div(6).add(0.5), 0, 1))),
  LeakyRelu: shaped({ alpha: 0.01 }, (x, negativeSlope) => leakyRelu(x, { negativeSlope })),
  LogSoftmax: along((x, axis) => x.logSoftmax(axis)),
  Mish: unary(mish),
  PRelu: prelu,
  Relu: unary(
    (x) => x.relu(),
    (x) => Math.max(x, 0),
  ),
  Selu: shaped({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }, (x, alpha, gamma) =>
    elu(x, { alpha }).mul(gamma),
  ),
  Shrink: shaped({ lambd: 0.5, bias: 0 }, (x, lambd, bias) =>
    where(x.lt(-lambd), x.add(bias), where(x.gt(lambd), x.sub(bias), x.mul(0))),
  ),
  Sigmoid: unary((x) => x.sigmoid()),
  Softmax: along((x, axis) => x.softmax(axis)),
  Softplus: unary((x) => softplus(x)),
  Softsign: unary((x) => softsign(x)),
  ThresholdedRelu: shaped({ alpha: 1 }, (x, alpha) => where(x.gt(alpha), x, x.mul(0))),
};
