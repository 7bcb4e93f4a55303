import { zeros } from "@wgrad/autograd";
import { decodeAll, invoke } from "../call.ts";
import type { Encoded } from "../load.ts";
import type { Run } from "../run.ts";

interface Group {
  readonly lr: number;
  readonly momentum?: number;
  readonly betas?: readonly [number, number];
}

interface Stepped {
  readonly paramGroups: readonly Group[];
  step(metric?: number): void;
}

interface Part {
  readonly scheduler: string;
  readonly kwargs: Readonly<Record<string, Encoded>>;
}

/** The Python lambdas of the cases in TypeScript. */
const factors: Readonly<Record<string, (epoch: number) => number>> = {
  "0.95 ** epoch": (epoch) => 0.95 ** epoch,
  "min((epoch + 1) / 5, 1.0)": (epoch) => Math.min((epoch + 1) / 5, 1),
  "0.9": () => 0.9,
};

/** The learning rates (and momenta) that a scheduler sets, from its construction on. */
export async function runScheduler(run: Run): Promise<void> {
  const { item } = run;
  const settings = decodeAll(item.optimizer_kwargs as Readonly<Record<string, Encoded>>, new Map());
  const rates = (item.group_lrs as readonly number[] | undefined) ?? [settings.lr];
  const groups = rates.map((lr) => {
    const parameter = zeros([1], { requiresGrad: true });
    parameter.grad = zeros([1]);
    return { params: [parameter], lr };
  });
  const optimizer = invoke(item.optimizer as string, {
    args: [groups],
    kwargs: settings,
  }) as Stepped;
  const found: Group[][] = [];
  const base = item.base as (Part & { readonly steps: number }) | undefined;
  if (base !== undefined) {
    const before = invoke(base.scheduler, {
      args: [optimizer],
      kwargs: decodeAll(base.kwargs, new Map()),
    }) as Stepped;
    for (let step = 0; step < base.steps; step++) {
      optimizer.step();
      before.step();
      found.push(snapshot(optimizer));
    }
  }
  const scheduler = make(run, optimizer);
  if (base === undefined) found.push(snapshot(optimizer));
  for (let step = 0; step < (item.steps as number); step++) {
    optimizer.step();
    scheduler.step((item.metrics as readonly number[] | undefined)?.[step]);
    found.push(snapshot(optimizer));
  }
  compareSeries(run, "lr", found, ({ lr }) => lr);
  if (item.momentum !== undefined)
    compareSeries(run, "momentum", found, ({ betas, momentum }) => betas?.[0] ?? momentum);
}

function make({ item }: Run, optimizer: Stepped): Stepped {
  const build = ({ scheduler, kwargs }: Part): unknown =>
    invoke(scheduler, { args: [optimizer], kwargs: decodeAll(kwargs, new Map()) });
  const name = item.scheduler as string;
  const parts = (item.schedulers as readonly Part[] | undefined)?.map(build);
  const kwargs = decodeAll(item.kwargs, new Map());
  const lambdas = item.lr_lambda as readonly string[] | undefined;
  if (lambdas !== undefined) {
    const functions = lambdas.map((source) => {
      const factor = factors[source];
      if (factor === undefined) throw new Error(`golden: no counterpart of ${source}`);
      return factor;
    });
    kwargs.lr_lambda = functions.length > 1 ? functions : functions[0];
  }
  const milestones = item.milestones === undefined ? [] : [item.milestones];
  const own = name.endsWith("ChainedScheduler") ? [] : [optimizer];
  const args = parts === undefined ? [optimizer] : [...own, parts, ...milestones];
  return invoke(name, { args, kwargs }) as Stepped;
}

const snapshot = ({ paramGroups }: Stepped): Group[] => paramGroups.map((group) => ({ ...group }));

/** Compares at every step; a case has one number for each step, or one for each group. */
function compareSeries(
  { item, fault }: Run,
  name: "lr" | "momentum",
  found: readonly (readonly Group[])[],
  read: (group: Group) => number | undefined,
): void {
  const { atol, rtol } = item.tol;
  (item[name] as readonly (number | readonly number[])[]).forEach((expected, step) => {
    for (const [i, reference] of [expected].flat().entries()) {
      const value = read(found[step]?.[i] as Group) ?? Number.NaN;
      if (Math.abs(value - reference) <= atol + rtol * Math.abs(reference)) continue;
      fault(`${name} of group ${i} after ${step} steps: ${value}, expected ${reference}`);
    }
  });
}
