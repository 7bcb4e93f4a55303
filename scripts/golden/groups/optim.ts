import { stack, type Tensor, tensor, zerosLike } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { decodeAll, fromRecord, invoke } from "../call.ts";
import type { Encoded } from "../load.ts";
import { camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";
import { runAveraging } from "./averaging.ts";
import { runScaler } from "./scaler.ts";
import { runScheduler } from "./schedulers.ts";

interface AnyOptimizer {
  step(): unknown;
  /** The state of an optimizer for each parameter. */
  readonly state: ReadonlyMap<Tensor, Readonly<Record<string, unknown>>>;
}

/** An optimizer with stored gradients: parameters at some steps, and its state at the end. */
export async function runOptim(run: Run): Promise<void> {
  const { item, group } = run;
  if (item.scheduler !== undefined) return runScheduler(run);
  if (item.op !== undefined) return runClipping(run);
  if (item.objective !== undefined) return runClosure(run);
  if (item.optimizer === "amp.GradScaler") return runScaler(run);
  if (item.category === "averaging") return runAveraging(run);
  if (item.params === undefined) throw new Unmapped(`no runner for ${item.id}`);
  const names = item.params as readonly string[];
  const parameters = new Map(
    names.map((name) => [name, fromRecord(group.tensor(item.id, name), true)]),
  );
  const optimizer = invoke(item.optimizer as string, {
    args: [parameterGroups(run, parameters)],
    kwargs: decodeAll(item.kwargs, new Map()),
  }) as AnyOptimizer;
  const gradients = new Map(
    Object.entries(item.grad_sequence as Record<string, string>).map(([name, stored]) => [
      name,
      group.tensor(item.id, stored),
    ]),
  );
  const without = (item.none_grads ?? {}) as Readonly<Record<string, readonly number[]>>;
  for (let step = 0; step < (item.steps as number); step++) {
    for (const [name, parameter] of parameters) {
      const missing = without[name]?.includes(step) ?? false;
      parameter.grad = missing ? null : rowOf(gradients.get(name) as TensorRecord, step);
    }
    optimizer.step();
    if (!(item.checkpoints as readonly number[]).includes(step + 1)) continue;
    for (const [name, parameter] of parameters) await run.check(`${name}@${step + 1}`, parameter);
  }
  for (const [key, stored] of Object.entries(item.state_final as Record<string, string>)) {
    const [name, field] = key.split(/\.(.*)/) as [string, string];
    await run.check(stored, stateOf(optimizer, parameters.get(name) as Tensor, field));
  }
}

/** The objectives of the cases in TypeScript. */
const objectives: Readonly<Record<string, (p: Tensor) => Tensor>> = {
  "sum((1 - p[:-1])**2 + 10*(p[1:] - p[:-1]**2)**2)": (p) => {
    const [head, tail] = [p.narrow(0, 0, p.numel() - 1), p.narrow(0, 1, p.numel() - 1)];
    return head.rsub(1).square().add(tail.sub(head.square()).square().mul(10)).sum();
  },
};

/**
 * An optimizer that evaluates the objective: the parameter after each step, and the returned
 * losses.
 */
async function runClosure(run: Run): Promise<void> {
  const { item, group } = run;
  const objective = objectives[item.objective as string];
  if (objective === undefined) throw new Error(`golden: no counterpart of ${item.objective}`);
  const parameter = fromRecord(group.tensor(item.id, "p0"), true);
  const optimizer = invoke(item.optimizer as string, {
    args: [[parameter]],
    kwargs: decodeAll(item.kwargs, new Map()),
  }) as { zeroGrad(): void; step(closure: () => Tensor): Promise<Tensor> };
  const losses: Tensor[] = [];
  for (let step = 1; step <= (item.steps as number); step++) {
    const loss = await optimizer.step(() => {
      optimizer.zeroGrad();
      const value = objective(parameter);
      value.backward();
      return value;
    });
    losses.push(loss.detach());
    await run.check(`p0@${step}`, parameter);
  }
  await run.check("losses", stack(losses));
}

/** Clipping in place: the gradients afterwards, and the result of the function. */
async function runClipping(run: Run): Promise<void> {
  const { item, group } = run;
  const without = (item.none_grads ?? []) as readonly string[];
  const parameters = item.inputs.map((name) => {
    const gradient = fromRecord(group.tensor(item.id, name));
    const parameter = zerosLike(gradient, { requiresGrad: true });
    if (!without.includes(name)) parameter.grad = gradient;
    return parameter;
  });
  const { foreach: _, ...kwargs } = decodeAll(item.kwargs, new Map());
  const gradients = parameters.map(({ grad }) => grad);
  const takesTensors = item.op === "nn.utils.get_total_norm";
  const norm = invoke(item.op as string, {
    args: [takesTensors ? gradients : parameters, ...(item.args ?? [])],
    kwargs,
  });
  if (item.raises === true) {
    const raised = await (norm as Tensor).data().then(
      () => false,
      () => true,
    );
    if (!raised) run.fault(`no error was thrown; PyTorch: ${item.error}`);
    return;
  }
  for (const name of item.outputs) {
    const place = item.inputs.indexOf(name.slice(0, name.indexOf(".")));
    await run.check(name, name === "total_norm" ? norm : parameters[place]?.grad);
  }
}

function stateOf(optimizer: AnyOptimizer, parameter: Tensor, field: string): unknown {
  const value = optimizer.state.get(parameter)?.[camel(field)];
  if (value === undefined) throw new Error(`the optimizer keeps no ${camel(field)}`);
  return value;
}

function parameterGroups({ item }: Run, parameters: ReadonlyMap<string, Tensor>): unknown[] {
  const groups = item.param_groups as readonly Record<string, Encoded>[] | undefined;
  if (groups === undefined) return [...parameters.values()];
  return groups.map(({ params, ...settings }) => ({
    params: (params as readonly string[]).map((name) => parameters.get(name)),
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [camel(key), value])),
  }));
}

function rowOf({ data, shape: [, ...shape], dtype }: TensorRecord, row: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(data.slice(row * size, (row + 1) * size), { dtype, shape });
}
