import { ArgumentError, isfinite, noGrad, stack, Tensor } from "@wgrad/autograd";
import { checkCall, composite, defineKind, describe } from "@wgrad/autograd/plugin";
import type { AnyOptimizer } from "./parameter-groups.ts";

/** Settings of GradScaler, with PyTorch's defaults. */
export interface GradScalerOptions {
  /** Initial scale (default 65536). */
  readonly initScale?: number;
  /** Factor by which the scale grows after `growthInterval` finite steps in a row (default 2). */
  readonly growthFactor?: number;
  /** Factor by which the scale shrinks after a step with non-finite gradients (default 0.5). */
  readonly backoffFactor?: number;
  /** Number of finite steps in a row before the scale grows (default 2000). */
  readonly growthInterval?: number;
  /** If false, `scale` returns its input and `step` always steps (default true). */
  readonly enabled?: boolean;
}

/** State of a GradScaler, with the keys of PyTorch's `state_dict`. */
export interface GradScalerStateDict {
  readonly scale: number;
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  readonly growthTracker: number;
}

/** Any optimizer whose `step` needs no closure. */
interface Steppable {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
  step(closure?: never): unknown;
}

defineKind("optimizer", "an optimizer", (value) =>
  Array.isArray((value as Partial<Steppable> | null)?.paramGroups),
);

/**
 * Scales the loss so that gradients in f16 do not underflow, and skips steps whose gradients are
 * not finite (Micikevicius et al. 2018).
 *
 * ```ts
 * const scaler = new GradScaler();
 * // each step, after optimizer.zeroGrad():
 * const loss = autocast(() => mseLoss(model(x), y));
 * scaler.scale(loss).backward();
 * await scaler.step(optimizer); // waits until the device knows whether all gradients are finite
 * scaler.update();
 * ```
 */
export class GradScaler {
  readonly #settings: Required<GradScalerOptions>;
  #scale: number;
  #growthTracker = 0;
  /**
   * Per optimizer, since the last update: whether non-finite gradients were found, and whether it
   * stepped.
   */
  readonly #seen: Map<object, { found: boolean | Promise<boolean>; stepped: boolean }> = new Map();

  constructor(options: GradScalerOptions = {}) {
    checkCall(
      "new GradScaler({ initScale: number, growthFactor: number, backoffFactor: number, growthInterval: number, enabled: boolean })",
      arguments,
    );
    const settings = {
      initScale: 65536,
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      enabled: true,
      ...options,
    };
    const { initScale, growthFactor, backoffFactor, growthInterval } = settings;
    if (!(growthFactor > 1 && backoffFactor < 1 && backoffFactor > 0 && initScale > 0)) {
      throw new ArgumentError(
        `GradScaler: growthFactor must be above 1, backoffFactor below 1 and initScale above 0, got ${growthFactor}, ${backoffFactor} and ${initScale}`,
      );
    }
    if (!(Number.isInteger(growthInterval) && growthInterval > 0)) {
      throw new ArgumentError(
        `GradScaler: growthInterval is ${growthInterval}\n  hint: a whole number above 0`,
      );
    }
    this.#settings = settings;
    this.#scale = initScale;
  }

  /** The current scale; 1 if the scaler is disabled. */
  getScale(): number {
    checkCall("scaler.getScale()", arguments);
    return this.#settings.enabled ? this.#scale : 1;
  }

  /** Whether the scaler is enabled. */
  isEnabled(): boolean {
    checkCall("scaler.isEnabled()", arguments);
    return this.#settings.enabled;
  }

  /** Multiplies the loss, or each of several, by the scale. */
  scale(outputs: Tensor): Tensor;
  scale(outputs: readonly Tensor[]): Tensor[];
  scale(outputs: Tensor | readonly Tensor[]): Tensor | Tensor[] {
    checkCall("scaler.scale(outputs: tensor | tensor[])", arguments);
    const scaled = (x: Tensor): Tensor => (this.#settings.enabled ? x.mul(this.#scale) : x);
    return outputs instanceof Tensor ? scaled(outputs) : outputs.map(scaled);
  }

  /**
   * Divides the optimizer's gradients by the scale, in place. Call it before clipping gradients;
   * otherwise `step` calls it.
   */
  unscale_(optimizer: Steppable | AnyOptimizer): void {
    checkCall("scaler.unscale_(optimizer: optimizer)", arguments);
    if (!this.#settings.enabled) return;
    if (this.#seen.has(optimizer)) {
      throw new ArgumentError(
        "GradScaler.unscale_: already called for this optimizer since the last update()",
      );
    }
    const gradients = gradientsOf(optimizer);
    const finite = noGrad(() => {
      for (const gradient of gradients) gradient.mul_(1 / this.#scale);
      if (gradients.length === 0) return null;
      return composite(() => stack(gradients.map((g) => isfinite(g).all())).all());
    });
    const found = finite === null ? false : finite.item().then((all) => all === 0);
    if (found !== false) found.catch(() => {}); // `step` throws the error
    this.#seen.set(optimizer, { found, stepped: false });
  }

  /**
   * Steps the optimizer if all gradients are finite. Resolves to the result of its `step`, or to
   * undefined if the step was skipped.
   */
  async step(optimizer: Steppable | AnyOptimizer): Promise<unknown> {
    checkCall("scaler.step(optimizer: any)", arguments);
    if (typeof (optimizer as Partial<Steppable> | null)?.step !== "function")
      throw new ArgumentError(`GradScaler.step: takes an optimizer, got ${describe(optimizer)}`);
    const one = optimizer as Steppable;
    if (!this.#settings.enabled) return one.step();
    if (!this.#seen.has(one)) this.unscale_(one);
    const seen = this.#seen.get(one) as { found: boolean | Promise<boolean>; stepped: boolean };
    if (seen.stepped) {
      throw new ArgumentError(
        "GradScaler.step: already called for this optimizer since the last update()",
      );
    }
    seen.stepped = true;
    seen.found = await seen.found;
    return seen.found ? undefined : one.step();
  }

  /**
   * Sets the scale for the next step: smaller if non-finite gradients were found, larger after
   * `growthInterval` finite steps in a row, or `newScale` if given.
   */
  update(newScale?: number): void {
    checkCall("scaler.update(newScale?: number)", arguments);
    if (!this.#settings.enabled) return;
    const found = [...this.#seen.values()].map((seen) => seen.found);
    if (found.some((one) => one instanceof Promise)) {
      throw new ArgumentError(
        "GradScaler.update: a step has not finished\n  hint: await scaler.step(optimizer) first",
      );
    }
    if (newScale !== undefined) this.#scale = newScale;
    else if (found.length === 0) {
      throw new ArgumentError(
        "GradScaler.update: no step was taken since the last update()\n  hint: await scaler.step(optimizer) first",
      );
    } else this.#adapt(found.includes(true));
    this.#seen.clear();
  }

  #adapt(found: boolean): void {
    const { growthFactor, backoffFactor, growthInterval } = this.#settings;
    if (found) {
      this.#scale *= backoffFactor;
      this.#growthTracker = 0;
    } else if (++this.#growthTracker === growthInterval) {
      const grown = this.#scale * growthFactor;
      if (Number.isFinite(Math.fround(grown))) this.#scale = grown;
      this.#growthTracker = 0;
    }
  }

  /** The scaler's state; empty if it is disabled. */
  stateDict(): GradScalerStateDict | Record<string, never> {
    checkCall("scaler.stateDict()", arguments);
    const { enabled, growthFactor, backoffFactor, growthInterval } = this.#settings;
    if (!enabled) return {};
    const growthTracker = this.#growthTracker;
    return { scale: this.#scale, growthFactor, backoffFactor, growthInterval, growthTracker };
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state; the
   * scaler is then unchanged.
   */
  loadStateDict(saved: GradScalerStateDict): void {
    checkCall("scaler.loadStateDict(saved: any)", arguments);
    if (!this.#settings.enabled) return;
    const names = [
      "scale",
      "growthFactor",
      "backoffFactor",
      "growthInterval",
      "growthTracker",
    ] as const;
    const odd = names.find((name) => !(Number.isFinite(saved?.[name]) && saved[name] >= 0));
    if (odd !== undefined) {
      throw new ArgumentError(
        `GradScaler.loadStateDict: ${odd} is ${describe(saved?.[odd])}\n  hint: pass what stateDict() returned`,
      );
    }
    const { scale, growthTracker, ...settings } = saved;
    Object.assign(this.#settings, settings);
    this.#scale = scale;
    this.#growthTracker = growthTracker;
  }
}

const gradientsOf = (optimizer: Steppable | AnyOptimizer): Tensor[] =>
  optimizer.paramGroups
    .flatMap(({ params }) => params.map(({ grad }) => grad))
    .filter((gradient) => gradient !== null);
