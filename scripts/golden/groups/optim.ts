import { type Tensor, tensor } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { decodeAll, fromRecord, invoke } from "../call.ts";
import type { Encoded } from "../load.ts";
import { camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";
import { runScheduler } from "./schedulers.ts";

interface AnyOptimizer {
  step(): unknown;
  /** What an optimizer remembers of each parameter. */
  readonly state: ReadonlyMap<Tensor, Readonly<Record<string, unknown>>>;
}

/** An optimizer on stored gradients: the parameters at some steps, and what it remembers at the end. */
export async function runOptim(run: Run): Promise<void> {
  const { item, group } = run;
  if (item.scheduler !== undefined) return runScheduler(run);
  for (const part of ["op", "objective"] as const) {
    if (item[part] !== undefined)
      throw new Unmapped(String(item.op ?? item.optimizer), `no runner for ${part}`);
  }
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
