import { cat } from "@wgrad/autograd";
import { boundary } from "@wgrad/autograd/plugin";
import { decodeAll, fromRecord, invoke } from "../call.ts";
import type { Encoded } from "../load.ts";
import type { Model } from "../models.ts";
import { Unmapped } from "../names.ts";
import type { Run } from "../run.ts";
import type { AnyOptimizer } from "./trajectories.ts";

/** Small worked examples: here the one that is a training run. */
export async function runSeeds(run: Run): Promise<void> {
  const { item, group } = run;
  if (item.optimizer_kwargs === undefined) {
    throw new Unmapped(item.example as string, `no counterpart of ${item.example}`);
  }
  const read = (name: string) => fromRecord(group.tensor(item.id, name));
  const model = invoke("nn.Linear", { args: [1, 1], kwargs: {} }) as Model;
  model.loadStateDict({ weight: read("weight"), bias: read("bias") });
  const optimizer = invoke("optim.SGD", {
    args: [model.parameters()],
    kwargs: decodeAll(item.optimizer_kwargs as Record<string, Encoded>, new Map()),
  }) as AnyOptimizer;
  const [x, y, query] = ["x", "y", "query"].map(read);
  const losses = [];
  for (let step = 0; step < (item.steps as number); step++) {
    await boundary();
    const loss = invoke("F.mse_loss", {
      args: [model(x), y],
      kwargs: {},
    }) as typeof x as NonNullable<typeof x>;
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.detach().reshape([1]));
  }
  await run.check("losses", cat(losses, 0));
  for (const [name, value] of Object.entries(model.stateDict()))
    await run.check(`final.${name}`, value);
  await run.check("prediction", model(query));
}
