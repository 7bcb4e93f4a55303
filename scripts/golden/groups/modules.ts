import { type Tensor, zeros } from "@wgrad/autograd";
import { camelKeys, decode, decodeAll, fromRecord, invoke } from "../call.ts";
import { evaluate } from "../evaluate.ts";
import { type Model, portedModel } from "../models.ts";
import { camel } from "../names.ts";
import type { Run } from "../run.ts";
import { checkResult, readInputs } from "./forward.ts";
import { checkRefusal, runOps } from "./ops.ts";

/**
 * A layer, loss or model: constructed, loaded with its stored state and called. Compares outputs,
 * gradients and changed buffers.
 */
export async function runModules(run: Run): Promise<void> {
  const { item } = run;
  if (item.op !== undefined) return runOps(run);
  const { given, leaves } = readInputs(run);
  if (item.raises === true) {
    return checkRefusal(run, () => {
      const model = build(run, given);
      model.train(item.mode === "train");
      return callOf(run, model, given);
    });
  }
  const model = build(run, given);
  if (item.lazy !== undefined) model(zeros(item.lazy));
  loadState(run, model);
  model.train(item.mode === "train");
  const result = callOf(run, model, given);
  const parameters = [...model.namedParameters()].filter(([name]) => name in (item.grads ?? {}));
  await checkResult(run, result, new Map([...leaves, ...parameters]));
  for (const [name, stored] of Object.entries(item.state_after ?? {})) {
    await run.check(stored, model.stateDict()[name]);
  }
}

function callOf({ item }: Run, model: Model, given: ReadonlyMap<string, Tensor>): unknown {
  const options = Object.fromEntries(
    Object.entries(decodeAll(item.call_kwargs, given)).map(([key, value]) => [camel(key), value]),
  );
  const args = (item.call ?? []).map((value) => decode(value, given));
  // the offsets come before the options
  if (item.module === "nn.EmbeddingBag" && args.length === 1) args.push(null);
  return model(...args, ...(Object.keys(options).length > 0 ? [options] : []));
}

function build({ item }: Run, given: ReadonlyMap<string, Tensor>): Model {
  const name = (item.module ?? item.loss) as string;
  const source = item.source ?? "";
  if (name.startsWith("custom.")) {
    const args = (item.args ?? []).map((value) => decode(value, given));
    const kwargs = camelKeys(decodeAll(item.kwargs, given));
    return portedModel(name.slice("custom.".length), { args, kwargs });
  }
  if (source !== "") return evaluate(source) as Model;
  return invoke(name, {
    args: (item.args ?? []).map((value) => decode(value, given)),
    kwargs: decodeAll(item.kwargs, given),
  }) as Model;
}

/** Loads the stored state of a case into a model. */
export function loadState({ item, group }: Run, model: Model): void {
  const names = item.state ?? [];
  if (names.length === 0) return;
  model.loadStateDict(
    Object.fromEntries(names.map((name) => [name, fromRecord(group.tensor(item.id, name))])),
  );
}
