import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  rmsNorm,
  type Tensor,
} from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxBatchNorm } from "../modes.ts";
import type { Operator, Operators } from "../operator.ts";

const eps = (call: Call): number => call.number("epsilon", 1e-5);

const batch: Operator = {
  inputs: [5, 5],
  attributes: { epsilon: true, momentum: true, spatial: [1], training_mode: [0, 1] },
  state: [3, 4],
  run(call) {
    const [x, weight, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => call.x(i)) as [
      ...[Tensor, Tensor, Tensor, Tensor, Tensor],
    ];
    const keep = call.number("momentum", 0.9);
    if (call.number("training_mode", 0) === 1) {
      const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
      const y = batchNorm(x, null, null, { weight, bias, eps: eps(call), training: true });
      const follow = (old: Tensor, now: Tensor): Tensor => old.mul(keep).add(now.mul(1 - keep));
      const own = x.var(axes, { correction: 0 });
      return [y, follow(mean, x.mean(axes)), follow(variance, own)];
    }
    if (call.module instanceof OnnxBatchNorm) {
      const statistics = { weight, bias, mean, variance, eps: eps(call), momentum: 1 - keep };
      return call.module(x, statistics);
    }
    return batchNorm(x, mean, variance, { weight, bias, eps: eps(call) });
  },
};

const layer: Operator = {
  inputs: [2, 3],
  attributes: { axis: true, epsilon: true, stash_type: [1] },
  run(call) {
    const x = call.x(0);
    const axis = call.axis(x.shape.length, -1);
    const over = x.shape.slice(axis);
    const [weight, bias] = [call.x(1), call.optional(2)?.tensor ?? null];
    const fits = [weight, bias ?? weight].every((one) => String(one.shape) === String(over));
    const plain = fits
      ? layerNorm(x, over, { weight, bias, eps: eps(call) })
      : layerNorm(x, over, { eps: eps(call) })
          .mul(weight)
          .add(bias ?? 0);
    if (call.node.outputs.length === 1) return plain;
    const axes = over.map((_, i) => axis + i);
    const mean = x.mean(axes, { keepdim: true });
    const variance = x.var(axes, { correction: 0, keepdim: true });
    return [plain, mean, variance.add(eps(call)).rsqrt()];
  },
};

const group: Operator = {
  inputs: [3, 3],
  attributes: { epsilon: true, num_groups: true, stash_type: [1] },
  run(call) {
    const x = call.x(0);
    const groups = call.number("num_groups") as number;
    const channels = x.shape[1] as number;
    const each = (one: Tensor): Tensor =>
      one.shape[0] === channels ? one : one.repeatInterleave(channels / groups);
    return groupNorm(x, groups, { weight: each(call.x(1)), bias: each(call.x(2)), eps: eps(call) });
  },
};

const meanVariance: Operator = {
  inputs: [1, 1],
  attributes: { axes: true },
  run(call) {
    const x = call.x(0);
    const axes = call.ints("axes") ?? [0, 2, 3];
    const centred = x.sub(x.mean(axes, { keepdim: true }));
    return centred.div(x.std(axes, { correction: 0, keepdim: true }).add(1e-9));
  },
};

const byNorm: Operator = {
  inputs: [1, 1],
  attributes: { axis: true, p: [1, 2] },
  run(call) {
    const x = call.x(0);
    const axis = call.axis(x.shape.length, -1);
    const norm =
      call.number("p", 2) === 1
        ? x.abs().sum(axis, { keepdim: true })
        : x.square().sum(axis, { keepdim: true }).sqrt();
    return x.div(norm);
  },
};

/** Normalisations. */
export const normalization: Operators = {
  BatchNormalization: batch,
  GroupNormalization: group,
  InstanceNormalization: {
    inputs: [3, 3],
    attributes: { epsilon: true },
    run: (call) => instanceNorm(call.x(0), { weight: call.x(1), bias: call.x(2), eps: eps(call) }),
  },
  LayerNormalization: layer,
  LpNormalization: byNorm,
  LRN: {
    inputs: [1, 1],
    attributes: { alpha: true, beta: true, bias: true, size: true },
    run: (call) =>
      localResponseNorm(call.x(0), call.number("size") as number, {
        alpha: call.number("alpha", 1e-4),
        beta: call.number("beta", 0.75),
        k: call.number("bias", 1),
      }),
  },
  MeanVarianceNormalization: meanVariance,
  RMSNormalization: {
    inputs: [2, 2],
    attributes: { axis: true, epsilon: true, stash_type: [1] },
    run(call) {
      const x = call.x(0);
      const over = x.shape.slice(call.axis(x.shape.length, -1));
      return rmsNorm(x, over, { eps: eps(call) }).mul(call.x(1));
    },
  },
};
