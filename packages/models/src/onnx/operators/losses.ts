import { nllLoss, type Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";

const attributes = { ignore_index: true, reduction: ["mean", "sum", "none"] } as const;

/**
 * −w[y] log p[y] of each position, or their sum or weighted mean. logs: [N, C, …]; classes: [N, …].
 */
function loss(call: Call, logs: Tensor): Tensor {
  const classes = call.x(1).to("i32");
  const ignoreIndex = call.number("ignore_index");
  const weight = call.optional(2)?.tensor;
  const [batch, count] = logs.shape as [number, number];
  const y = nllLoss(logs.reshape([batch, count, -1]), classes.reshape([batch, -1]), {
    reduction: call.string("reduction", "mean") as "mean" | "sum" | "none",
    ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
    ...(weight === undefined ? {} : { weight }),
  });
  return call.string("reduction", "mean") === "none" ? y.reshape([...classes.shape]) : y;
}

const softmaxCrossEntropy: Operator = {
  inputs: [2, 3],
  attributes,
  run(call) {
    const logs = call.x(0).logSoftmax(1);
    return [loss(call, logs), logs];
  },
};

/** Losses. */
export const losses: Operators = {
  NegativeLogLikelihoodLoss: {
    inputs: [2, 3],
    attributes,
    run: (call) => loss(call, call.x(0)),
  },
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
