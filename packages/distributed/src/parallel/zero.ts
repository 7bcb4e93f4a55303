import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import {
  type BaseOptions,
  Optimizer,
  type OptimizerStateDict,
  type ParamGroup,
} from "@wgrad/optim";
import { DistributedError } from "../errors.ts";
import { gatherObjects } from "../group/objects.ts";
import { groupOf, type ProcessGroup } from "../group/process-group.ts";
import { theWorld } from "../group/world.ts";
import { broadcastTensors } from "./same-model.ts";

const NAME = "ZeroRedundancyOptimizer";
const STEP = `${NAME}.step` as const;

/** The class of an optimizer. */
export type OptimizerClass<Options extends BaseOptions, One extends Optimizer<Options>> = new (
  params: readonly Tensor[],
  options: Partial<Options>,
) => One;

/**
 * Shards an optimizer's state over the ranks (ZeRO stage 1, Rajbhandari et al. 2020). Each rank
 * keeps the state of its share of the parameters, updates them, and receives the new values of the
 * others. All ranks take the same step as the optimizer without sharding.
 *
 * ```ts
 * const optimizer = new ZeroRedundancyOptimizer(model.parameters(), Adam, { lr: 1e-3 });
 * // each step, after ddp.synchronize():
 * await optimizer.step();
 * // before saving, on all ranks:
 * await optimizer.consolidateStateDict();
 * ```
 *
 * Parameters are assigned in order of falling size, each to the rank with the fewest elements so
 * far, as in PyTorch. Schedules and `paramGroups` work on all ranks.
 */
export class ZeroRedundancyOptimizer<Options extends BaseOptions = BaseOptions> {
  /** The optimizer of this rank, with this rank's share of the state. */
  readonly optim: Optimizer<Options>;
  readonly #group: ProcessGroup;
  /** The rank in the group that updates each parameter. */
  readonly #owners: ReadonlyMap<Tensor, number>;
  #whole: OptimizerStateDict | null = null;
  #steps = 0;

  constructor(
    params: Iterable<Tensor>,
    optimizerClass: OptimizerClass<Options, Optimizer<Options>>,
    options: Partial<Options> & { readonly group?: ProcessGroup } = {},
  ) {
    checkCall(
      "new ZeroRedundancyOptimizer(params: iterable, optimizerClass: any, options?: any)",
      arguments,
    );
    const { group, ...settings } = options;
    this.#group = groupOf(NAME, group, theWorld(NAME));
    if (typeof optimizerClass !== "function") {
      throw new ArgumentError(
        `${NAME}: optimizerClass is ${describe(optimizerClass)}\n  hint: new ${NAME}(model.parameters(), Adam, { lr })`,
      );
    }
    const tensors = [...params];
    this.optim = new optimizerClass(tensors, settings as unknown as Partial<Options>);
    if (!(this.optim instanceof Optimizer)) {
      throw new ArgumentError(
        `${NAME}: ${describe(optimizerClass)} does not update each parameter separately`,
      );
    }
    this.#owners = shareOut(tensors, this.#group.size);
  }

  /** All parameter groups with their settings, on every rank. */
  get paramGroups(): ParamGroup<Options>[] {
    return this.optim.paramGroups;
  }

  get defaults(): Options {
    return this.optim.defaults;
  }

  /** State of this rank's share of the parameters. */
  get state(): Optimizer<Options>["state"] {
    return this.optim.state;
  }

  /** Clears the gradients, like the optimizer. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    checkCall("optimizer.zeroGrad({ setToNone: boolean })", arguments);
    this.optim.zeroGrad(options);
  }

  /**
   * Updates this rank's share and sends the new values to all ranks. Gradients must be equal on all
   * ranks: call `ddp.synchronize()` first.
   */
  async step(): Promise<void> {
    checkCall("optimizer.step()", arguments);
    this.#whole = null;
    const step = ++this.#steps;
    const others = this.#parameters().filter((one) => this.#owners.get(one) !== this.#group.rank);
    const gradients = others.map(({ grad }) => grad);
    const moved = this.#parameters().filter(({ grad }) => grad !== null);
    for (const one of others) one.grad = null;
    try {
      this.optim.step();
    } finally {
      for (const [i, one] of others.entries()) one.grad = gradients[i] as Tensor | null;
    }
    for (let root = 0; root < this.#group.size; root++) {
      const own = moved.filter((one) => this.#owners.get(one) === root);
      if (own.length > 0) await broadcastTensors(STEP, own, this.#group, root, step);
    }
  }

  /**
   * Gathers the states of all ranks on every rank. `stateDict` returns them until the next step.
   */
  async consolidateStateDict(): Promise<void> {
    checkCall("optimizer.consolidateStateDict()", arguments);
    const own = this.optim.stateDict();
    const all = await gatherObjects("allGatherObject", own.state, this.#group);
    const state = Object.assign({}, ...all) as OptimizerStateDict["state"];
    this.#whole = { ...own, state };
  }

  /**
   * The whole state, as the optimizer without sharding would have it. Throws DistributedError
   * unless `consolidateStateDict` was called since the last step.
   */
  stateDict(): OptimizerStateDict {
    checkCall("optimizer.stateDict()", arguments);
    if (this.#group.size === 1) return this.optim.stateDict();
    if (this.#whole !== null) return this.#whole;
    throw new DistributedError(
      `${NAME}.stateDict: this rank has only its share of the state\n  hint: await optimizer.consolidateStateDict() on all ranks first`,
    );
  }

  /** Restores a whole state, of which this rank keeps its share. */
  loadStateDict(saved: OptimizerStateDict): void {
    checkCall("optimizer.loadStateDict(saved: any)", arguments);
    this.optim.loadStateDict(saved);
    this.#whole = null;
    for (const [parameter, entry] of [...this.optim.state]) {
      if (this.#owners.get(parameter) === this.#group.rank) continue;
      for (const value of Object.values(entry)) if (value instanceof Tensor) value.dispose();
      this.optim.state.delete(parameter);
    }
  }

  #parameters(): Tensor[] {
    return this.optim.paramGroups.flatMap(({ params }) => params);
  }
}

/**
 * Assigns the tensors in order of falling size, each to the rank with the fewest elements so far.
 */
function shareOut(tensors: readonly Tensor[], ranks: number): Map<Tensor, number> {
  const loads = Array.from({ length: ranks }, () => 0);
  const owners = new Map<Tensor, number>();
  for (const one of [...tensors].sort((a, b) => b.numel() - a.numel())) {
    const least = loads.indexOf(Math.min(...loads));
    owners.set(one, least);
    loads[least] = (loads[least] as number) + one.numel();
  }
  return owners;
}
