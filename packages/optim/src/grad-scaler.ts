import { ArgumentError, isfinite, noGrad, stack, Tensor } from "@wgrad/autograd";
import { checkCall, composite, describe } from "@wgrad/autograd/plugin";
import type { AnyOptimizer } from "./parameter-groups.ts";

export interface GradScalerOptions {
  /** The first scale (default 65536). */
  readonly initScale?: number;
  /** By what the scale grows after `growthInterval` steps without an infinity (default 2). */
  readonly growthFactor?: number;
  /** By what it shrinks after a step with one (default 0.5). */
  readonly backoffFactor?: number;
  /** Steps without an infinity before the scale grows (default 2000). */
  readonly growthInterval?: number;
  /** With false nothing is scaled, and every step is taken (default true). */
  readonly enabled?: boolean;
}

/** Where a scaler is, as PyTorch's `state_dict` has it. */
export interface GradScalerStateDict {
  readonly scale: number;
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  readonly growthTracker: number;
}

/** Any optimizer whose step can be skipped. */
interface Steps {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
  step(closure?: never): unknown;
}

/**
 * Scales a loss so that gradients in f16 do not vanish, and takes no step with gradients that are
 * not finite (Micikevicius et al. 2018).
 *
 * ```ts
 * const scaler = new GradScaler();
 * // each step, after optimizer.zeroGrad():
 * const loss = autocast(() => mseLoss(model(x), y));
 * scaler.scale(loss).backward();
 * await scaler.step(optimizer); // waits for the device: whether all gradients are finite decides
 * scaler.update();
 * ```
 */
export class GradScaler {
  readonly #settings: Required<GradScalerOptions>;
  #scale: number;
  #growthTracker = 0;
  /** What was done with each optimizer's gradients since the last update. */
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
        `GradScaler: growthFactor is above 1, backoffFactor below 1 and initScale above 0, got ${growthFactor}, ${backoffFactor} and ${initScale}`,
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

  /** The factor of now; 1 where the scaler is not enabled. */
  getScale(): number {
    checkCall("scaler.getScale()", arguments);
    return this.#settings.enabled ? this.#scale : 1;
  }

  /** Whether it scales at all. */
  isEnabled(): boolean {
    checkCall("scaler.isEnabled()", arguments);
    return this.#settings.enabled;
  }

  /** The loss (or several) times the scale. */
  scale(outputs: Tensor): Tensor;
  scale(outputs: readonly Tensor[]): Tensor[];
  scale(outputs: Tensor | readonly Tensor[]): Tensor | Tensor[] {
    checkCall("scaler.scale(outputs)", arguments);
    const scaled = (x: Tensor): Tensor => (this.#settings.enabled ? x.mul(this.#scale) : x);
    return outputs instanceof Tensor ? scaled(outputs) : outputs.map(scaled);
  }

  /**
   * Divides the optimizer's gradients by the scale, in place: before they are clipped. `step` does
   * so itself if this did not.
   */
  unscale_(optimizer: Steps | AnyOptimizer): void {
    checkCall("scaler.unscale_(optimizer)", arguments);
    if (!this.#settings.enabled) return;
    if (this.#seen.has(optimizer)) {
      throw new ArgumentError(
        "GradScaler.unscale_: the optimizer's gradients were divided since the last update()",
      );
    }
    const gradients = gradientsOf(optimizer);
    const finite = noGrad(() => {
      for (const gradient of gradients) gradient.mul_(1 / this.#scale);
      if (gradients.length === 0) return null;
      return composite(() => stack(gradients.map((g) => isfinite(g).all())).all());
    });
    const found = finite === null ? false : finite.item().then((all) => all === 0);
    if (found !== false) found.catch(() => {}); // `step` has its error
    this.#seen.set(optimizer, { found, stepped: false });
  }

  /**
   * Takes the optimizer's step if all of its gradients are finite, and gives what that gave;
   * undefined where it did not.
   */
  async step(optimizer: Steps | AnyOptimizer): Promise<unknown> {
    checkCall("scaler.step(optimizer)", arguments);
    if (typeof (optimizer as Partial<Steps> | null)?.step !== "function")
      throw new ArgumentError(`GradScaler.step: takes an optimizer, got ${describe(optimizer)}`);
    const one = optimizer as Steps;
    if (!this.#settings.enabled) return one.step();
    if (!this.#seen.has(one)) this.unscale_(one);
    const seen = this.#seen.get(one) as { found: boolean | Promise<boolean>; stepped: boolean };
    if (seen.stepped) {
      throw new ArgumentError("GradScaler.step: the optimizer has stepped since the last update()");
    }
    seen.stepped = true;
    seen.found = await seen.found;
    return seen.found ? undefined : one.step();
  }

  /**
   * The scale for the next step: less after an infinity, more after many steps without one; or the
   * given one.
   */
  update(newScale?: number): void {
    checkCall("scaler.update(newScale?: number)", arguments);
    if (!this.#settings.enabled) return;
    const found = [...this.#seen.values()].map((seen) => seen.found);
    if (found.some((one) => one instanceof Promise)) {
      throw new ArgumentError(
        "GradScaler.update: a step is not done\n  hint: await scaler.step(optimizer) first",
      );
    }
    if (newScale !== undefined) this.#scale = newScale;
    else if (found.length === 0) {
      throw new ArgumentError(
        "GradScaler.update: no step was taken since the last\n  hint: await scaler.step(optimizer) first",
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

  stateDict(): GradScalerStateDict | Record<string, never> {
    checkCall("scaler.stateDict()", arguments);
    const { enabled, growthFactor, backoffFactor, growthInterval } = this.#settings;
    if (!enabled) return {};
    const growthTracker = this.#growthTracker;
    return { scale: this.#scale, growthFactor, backoffFactor, growthInterval, growthTracker };
  }

  /**
   * Goes on where `stateDict()` was taken. Throws ArgumentError for what is no such state; then
   * nothing has changed.
   */
  loadStateDict(saved: GradScalerStateDict): void {
    checkCall("scaler.loadStateDict(saved)", arguments);
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
        `GradScaler.loadStateDict: ${odd} is ${describe(saved?.[odd])}\n  hint: what stateDict() gave`,
      );
    }
    const { scale, growthTracker, ...settings } = saved;
    Object.assign(this.#settings, settings);
    this.#scale = scale;
    this.#growthTracker = growthTracker;
  }
}

const gradientsOf = (optimizer: Steps | AnyOptimizer): Tensor[] =>
  optimizer.paramGroups
    .flatMap(({ params }) => params.map(({ grad }) => grad))
    .filter((gradient) => gradient !== null);
