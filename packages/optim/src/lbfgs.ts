import { ArgumentError, cat, noGrad, stack, Tensor, zeros } from "@wgrad/autograd";
import { checkCall, commit, composite } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { type Curvature, curvatureOf, descentDirection, release } from "./curvature.ts";
import { type LBFGSMemory, packMemory, restoreMemory } from "./lbfgs-state.ts";
import { strongWolfe } from "./line-search.ts";
import {
  type BaseOptions,
  ParameterGroups,
  type ParamGroupInput,
  type ParamsInput,
  withDefaults,
} from "./parameter-groups.ts";
import { type OptimizerStateDict, restoreGroups } from "./state-dict.ts";

/** Settings of LBFGS, with PyTorch's defaults. */
export interface LBFGSOptions extends BaseOptions {
  /** Step size; with a line search, the first step size to try (default 1). */
  readonly lr: number;
  /** Maximum number of iterations per `step` (default 20). */
  readonly maxIter: number;
  /** Maximum number of closure calls per `step`; null means 1.25 · maxIter (default null). */
  readonly maxEval: number | null;
  /** Stops when the largest |gradient| element is at most this (default 1e-7). */
  readonly toleranceGrad: number;
  /** Stops when the loss and all parameters change by less than this (default 1e-9). */
  readonly toleranceChange: number;
  /** Number of curvature pairs to keep (default 100). */
  readonly historySize: number;
  /** Line search: "strong_wolfe", or null for steps of size `lr` (default null). */
  readonly lineSearchFn: "strong_wolfe" | null;
}

const defaults: LBFGSOptions = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

/** Recomputes the loss and its gradients. May be async. */
export type Closure = () => Tensor | Promise<Tensor>;

/** Loss and flattened gradient at the current parameters. `slope` is the directional derivative. */
interface Evaluation {
  readonly loss: number;
  readonly gradient: Tensor;
  readonly largest: number;
  readonly slope: number;
}

/**
 * Limited-memory BFGS (Nocedal 1980, two-loop recursion): p ← p + t d, d = −H g. H is an inverse
 * Hessian estimated from the last steps and gradient changes. Takes one group of parameters and
 * evaluates the loss several times per step.
 *
 * ```ts
 * await optimizer.step(async () => {
 *   optimizer.zeroGrad();
 *   const loss = mseLoss(model(x), y);
 *   loss.backward();
 *   return loss;
 * });
 * ```
 */
export class LBFGS extends ParameterGroups<LBFGSOptions> {
  #memory: LBFGSMemory | null = null;

  constructor(params: ParamsInput<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    checkCall(
      'new LBFGS(params: any, { lr: number, maxIter: count, maxEval: null | count, toleranceGrad: number, toleranceChange: number, historySize: count, lineSearchFn: null | "strong_wolfe" })',
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: LBFGSOptions): void {
    super.check(options);
    const { maxIter, toleranceGrad, toleranceChange, historySize, lineSearchFn } = options;
    checkNotNegative(this.name, { maxIter, toleranceGrad, toleranceChange, historySize });
    if (lineSearchFn !== null && lineSearchFn !== "strong_wolfe") {
      throw new ArgumentError(
        `${this.name}: lineSearchFn is ${lineSearchFn}\n  hint: "strong_wolfe" or null`,
      );
    }
  }

  /** Throws ArgumentError if a group exists already: LBFGS treats all parameters as one vector. */
  override addParamGroup(group: ParamGroupInput<LBFGSOptions>): void {
    checkCall("optimizer.addParamGroup(group: any)", arguments);
    if (this.paramGroups.length > 0) {
      throw new ArgumentError(
        `${this.name}: takes one group of parameters\n  hint: make another LBFGS for other settings`,
      );
    }
    super.addParamGroup(group);
  }

  /** Frees the optimizer's state, as if it had taken no step. */
  override dispose(): void {
    checkCall("optimizer.dispose()", arguments);
    super.dispose();
    for (const curvature of this.#memory?.curvatures ?? []) release(curvature);
    this.#memory?.past?.direction.dispose();
    this.#memory?.past?.gradient.dispose();
    this.#memory = null;
  }

  get #params(): Tensor[] {
    return this.#group.params;
  }

  get #group(): LBFGSOptions & { params: Tensor[] } {
    return this.paramGroups[0] as LBFGSOptions & { params: Tensor[] };
  }

  /**
   * Iterates until one of the limits is met. `closure` must clear the gradients, compute the loss,
   * call `backward()` and return the loss. Resolves to the loss before the first iteration.
   */
  async step(closure: Closure): Promise<Tensor> {
    checkCall("optimizer.step(closure: function)", arguments);
    this.callStepHooks("before");
    const loss = await this.#iterate(closure);
    this.callStepHooks("after");
    return loss;
  }

  async #iterate(closure: Closure): Promise<Tensor> {
    const { lr, maxIter, toleranceGrad, toleranceChange, lineSearchFn } = this.#group;
    const maxEval = this.#group.maxEval ?? Math.floor(maxIter * 1.25);
    const original = await evaluate(closure);
    let here = await this.#evaluate(original, null);
    let evaluations = 1;
    const memory = this.#memory ?? { funcEvals: 0, nIter: 0, past: null, curvatures: [] };
    this.#memory = memory;
    memory.funcEvals++;
    if (here.largest <= toleranceGrad) {
      here.gradient.dispose();
      return original;
    }
    for (let i = 1; ; i++) {
      memory.nIter++;
      const { direction, slope, reach, taxicab } = await this.#nextDirection(memory, here.gradient);
      const first = memory.nIter === 1 ? Math.min(1, 1 / taxicab) * lr : lr;
      const before = here;
      memory.past = { gradient: before.gradient, loss: before.loss, direction, t: first };
      if (slope > -toleranceChange) break;
      let made = 0;
      if (lineSearchFn === null) {
        this.#move(this.#params, direction, first);
        if (i < maxIter) {
          here = await this.#evaluate(await evaluate(closure), null);
          made = 1;
        }
      } else {
        const start = { ...here, slope };
        const limit = maxEval - evaluations;
        const found = await this.#search(closure, start, direction, first, reach, limit);
        here = found.place;
        memory.past.t = found.t;
        made = found.probes;
      }
      evaluations += made;
      memory.funcEvals += made;
      const ended =
        i >= maxIter ||
        evaluations >= maxEval ||
        here.largest <= toleranceGrad ||
        reach * Math.abs(memory.past.t) <= toleranceChange ||
        Math.abs(here.loss - before.loss) < toleranceChange;
      if (!ended) continue;
      if (here.gradient !== before.gradient) here.gradient.dispose();
      break;
    }
    return original;
  }

  /** Adds the newest curvature pair and computes the next descent direction, with one readback. */
  async #nextDirection(
    memory: LBFGSMemory,
    gradient: Tensor,
  ): Promise<{ direction: Tensor; slope: number; reach: number; taxicab: number }> {
    const { past } = memory;
    let learned: Curvature | null = null;
    if (past !== null) {
      learned = noGrad(() => curvatureOf(gradient, past));
      memory.curvatures.push(learned);
    }
    const look = (): { direction: Tensor; facts: Tensor } =>
      noGrad(() =>
        composite(() => {
          const direction = descentDirection(memory.curvatures, gradient).keep();
          const facts = [
            gradient.dot(direction),
            direction.abs().amax(),
            gradient.abs().sum(),
            ...(learned === null ? [] : [learned.product]),
          ];
          return { direction, facts: stack(facts) };
        }),
      );
    let { direction, facts } = look();
    let [slope, reach, taxicab, product] = (await facts.data()) as unknown as number[];
    // y·s is not positive, so the pair would make H indefinite
    if (learned !== null && !((product as number) > 1e-10)) {
      memory.curvatures.pop();
      release(learned);
      learned = null;
      direction.dispose();
      ({ direction, facts } = look());
      [slope, reach, taxicab] = (await facts.data()) as unknown as number[];
    }
    while (memory.curvatures.length > this.#group.historySize) {
      release(memory.curvatures.shift() as Curvature);
    }
    if (past !== null) {
      past.direction.dispose();
      past.gradient.dispose();
    }
    return {
      direction,
      slope: slope as number,
      reach: reach as number,
      taxicab: taxicab as number,
    };
  }

  /**
   * Line search along the direction. Leaves the parameters at the best step, or where they were if
   * the closure throws.
   */
  async #search(
    closure: Closure,
    start: Evaluation,
    direction: Tensor,
    first: number,
    reach: number,
    limit: number,
  ): Promise<{ place: Evaluation; t: number; probes: number }> {
    const { toleranceChange } = this.#group;
    const origin = noGrad(() => this.#params.map((p) => p.clone()));
    const places: Evaluation[] = [];
    let reached = start;
    try {
      const { best, probes } = await strongWolfe(
        async (t) => {
          this.#move(origin, direction, t);
          const place = await this.#evaluate(await evaluate(closure), direction);
          places.push(place);
          return { ...place, t };
        },
        { ...start, t: 0 },
        first,
        reach,
        { toleranceChange, limit },
      );
      this.#move(origin, direction, best.t);
      reached = places.find(({ gradient }) => gradient === best.gradient) ?? start;
      return { place: reached, t: best.t, probes };
    } catch (error) {
      this.#move(origin, direction, 0);
      throw error;
    } finally {
      for (const x of origin) x.dispose();
      for (const { gradient } of places) if (gradient !== reached.gradient) gradient.dispose();
    }
  }

  /** Moves the parameters to `origin` + t · `direction`. */
  #move(origin: readonly Tensor[], direction: Tensor, t: number): void {
    let offset = 0;
    const writes = noGrad(() =>
      composite(() =>
        this.#params.map((p, i): [Tensor, Tensor] => {
          const part = direction.narrow(0, offset, p.numel()).reshape(p.shape);
          offset += p.numel();
          return [p, (origin[i] as Tensor).add(part.mul(t))];
        }),
      ),
    );
    commit(writes, `${this.name}.step`);
  }

  /** Reads loss and gradient at the current parameters, with one readback. */
  async #evaluate(loss: Tensor, direction: Tensor | null): Promise<Evaluation> {
    const { gradient, facts } = noGrad(() =>
      composite(() => {
        const parts = this.#params.map((p) => (p.grad ?? zeros(p.shape)).flatten());
        const gradient = cat(parts, 0).clone().keep();
        const slope = direction === null ? [] : [gradient.dot(direction)];
        return { gradient, facts: stack([loss.reshape([]), gradient.abs().amax(), ...slope]) };
      }),
    );
    const [value, largest, slope] = (await facts.data()) as unknown as number[];
    return {
      gradient,
      loss: value as number,
      largest: largest as number,
      slope: slope ?? Number.NaN,
    };
  }

  /**
   * Settings and state. The state covers all parameters as flattened vectors and is saved as
   * parameter 0's.
   */
  override stateDict(): OptimizerStateDict {
    checkCall("optimizer.stateDict()", arguments);
    return packMemory(this.paramGroups, this.#memory);
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if the parameters differ; the
   * optimizer is then unchanged.
   */
  override loadStateDict(saved: OptimizerStateDict): void {
    checkCall("optimizer.loadStateDict(saved: any)", arguments);
    const memory = restoreMemory(this.name, this.paramGroups, saved);
    const restored = restoreGroups(this.paramGroups, saved);
    for (const group of restored) this.checkGroup(group);
    for (const [i, group] of restored.entries())
      Object.assign(this.paramGroups[i] as object, group);
    this.#memory = memory;
  }
}

async function evaluate(closure: Closure): Promise<Tensor> {
  const loss = await closure();
  if (loss instanceof Tensor && loss.numel() === 1) return loss;
  throw new ArgumentError(
    "LBFGS.step: the closure did not return the loss\n  hint: return the one-element tensor that backward() was called on",
  );
}
