import { cat, manualSeed, noGrad, slice, type Tensor } from "@wgrad/autograd";
import { stepBoundary } from "@wgrad/autograd/plugin";
import { decodeAll, flatten, fromRecord, invoke } from "../call.ts";
import { evaluate } from "../evaluate.ts";
import type { Encoded } from "../load.ts";
import { type Model, portedModel } from "../models.ts";
import type { Run } from "../run.ts";
import { loadState } from "./modules.ts";

/** An optimizer of any class. */
export interface AnyOptimizer {
  zeroGrad(): void;
  step(): unknown;
}

/** A whole training run: the loss of every step, the final weights and predictions. */
export async function runTrajectories(run: Run): Promise<void> {
  const { item, group } = run;
  // with a seed there is no stored state: the model draws its own weights
  if (item.seed !== undefined) manualSeed(item.seed as number);
  const model = portedModel(item.model as string, item.model_args as Record<string, unknown>);
  loadState(run, model);
  const optimizer = invoke(item.optimizer as string, {
    args: [model.parameters()],
    kwargs: decodeAll(item.optimizer_kwargs as Record<string, Encoded>, new Map()),
  }) as AnyOptimizer;
  const size = item.batch_size as number;
  const data = new Map(item.inputs.map((name) => [name, fromRecord(group.tensor(item.id, name))]));
  const batch = (step: number): Record<string, Tensor> => {
    const start = (step % (item.batches as number)) * size;
    return Object.fromEntries(
      [...data].map(([name, all]) => [name, all.at(slice(start, start + size))]),
    );
  };
  model.train(item.mode === "train");
  const losses: Tensor[] = [];
  for (let step = 0; step < (item.steps as number); step++) {
    await stepBoundary();
    const inputs = batch(step);
    const loss = evaluate(item.loss as string, {
      ...inputs,
      out: forward(run, model, inputs),
    }) as Tensor;
    optimizer.zeroGrad();
    loss.backward();
    if (item.clip_grad_norm !== undefined) {
      invoke("nn.utils.clip_grad_norm_", {
        args: [model.parameters(), item.clip_grad_norm],
        kwargs: {},
      });
    }
    optimizer.step();
    losses.push(loss.detach().reshape([1]));
  }
  await run.check("losses", cat(losses, 0));
  const state = model.stateDict();
  for (const name of item.outputs.filter((output) => output.startsWith("final."))) {
    await run.check(name, state[name.slice("final.".length)]);
  }
  model.train(false);
  const predictions = noGrad(() => flatten(forward(run, model, batch(0)))[0]);
  await run.check("predictions", predictions);
}

function forward({ item }: Run, model: Model, inputs: Readonly<Record<string, Tensor>>): unknown {
  return model(...(item.forward_inputs as readonly string[]).map((name) => inputs[name]));
}
