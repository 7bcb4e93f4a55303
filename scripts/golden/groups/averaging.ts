import { noGrad, type Tensor } from "@wgrad/autograd";
import { AveragedModel, BatchNorm1d, BatchNorm2d, getEmaAvgFn, Linear, updateBn } from "@wgrad/nn";
import { fromRecord } from "../call.ts";
import type { Run } from "../run.ts";

/** Averaged weights, and running statistics recomputed for them. */
export async function runAveraging(run: Run): Promise<void> {
  const { item } = run;
  if (item.optimizer === "optim.swa_utils.update_bn") return runStatistics(run);
  const rows = (name: string): Tensor[] => [...fromRecord(run.group.tensor(item.id, name))];
  const [weights, biases] = [rows("w"), rows("b")];
  const model = new Linear(3, 2);
  const { decay } = (item.kwargs ?? {}) as { decay?: number };
  const average = new AveragedModel(model, {
    avgFn: decay === undefined ? null : getEmaAvgFn(decay),
  });
  for (const [t, weight] of weights.entries()) {
    noGrad(() => {
      model.weight.copy_(weight);
      model.bias?.copy_(biases[t] as Tensor);
    });
    average.updateParameters(model);
    await run.check(`weight@${t + 1}`, average.module.weight);
    await run.check(`bias@${t + 1}`, average.module.bias);
  }
  if ((await average.nAveraged.item()) !== item.n_averaged)
    run.fault(`nAveraged differs from ${item.n_averaged}`);
}

async function runStatistics(run: Run): Promise<void> {
  const { item } = run;
  const batches = fromRecord(run.group.tensor(item.id, "x"));
  const model = batches.ndim === 3 ? new BatchNorm1d(3) : new BatchNorm2d(3);
  model.eval();
  noGrad(() => model.runningMean?.fill_(9));
  await updateBn([...batches], model);
  for (const name of ["runningMean", "runningVar"] as const)
    await run.check(name === "runningMean" ? "running_mean" : "running_var", model[name]);
  const seen = await model.numBatchesTracked?.item();
  if (model.momentum !== item.momentum_after || model.training || seen !== item.num_batches_tracked)
    run.fault("the layer has changed");
}
