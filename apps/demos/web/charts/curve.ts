import { reachOf, smoothAt } from "./smooth.ts";

/** Points past which pairs become one. */
const MOST = 4000;

/** A curve as it is kept: steps, and a value at each. */
export interface Points {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** The losses of a training: each is a point until there are many, then each is the mean of some. */
export class Curve implements Points {
  readonly noisy: boolean;
  steps: number[] = [];
  values: number[] = [];
  #smooth: number[] = [];
  #reach = 0;
  /** Steps in a point, and those that wait for their point. */
  #stride = 1;
  #waiting: number[] = [];

  /** Where steps differ by chance, a smooth line goes through them. */
  constructor({ noisy }: { readonly noisy: boolean }) {
    this.noisy = noisy;
  }

  /** Losses of steps in a row, the last of which is `step`. */
  append(step: number, losses: Float32Array): void {
    losses.forEach((loss, i) => {
      this.#waiting.push(loss);
      if (this.#waiting.length >= this.#stride) this.#push(step - losses.length + 1 + i);
    });
    if (this.steps.length > MOST) this.#halve();
  }

  /** Takes up a curve that was kept. */
  take({ steps, values }: Points): void {
    this.steps = [...steps];
    this.values = [...values];
    this.#smooth = [];
    this.#waiting = [];
    const [last = 0, before = 0] = [steps.at(-1), steps.at(-2)];
    this.#stride = Math.max(1, last - before);
  }

  /** The smooth line: a value for each point. */
  get smooth(): readonly number[] {
    const count = this.values.length;
    if (!this.noisy) return this.values;
    const reach = reachOf(count);
    // Only points whose neighbours are others than before move.
    const first = reach === this.#reach ? Math.max(0, this.#smooth.length - reach) : 0;
    this.#reach = reach;
    this.#smooth.length = Math.min(first, this.#smooth.length);
    for (let i = this.#smooth.length; i < count; i++) {
      this.#smooth.push(smoothAt(this.values, i, reach));
    }
    return this.#smooth;
  }

  /** The smooth line with no more than so many points, its ends among them. */
  outline(most: number): Points {
    const { steps, smooth } = this;
    const last = steps.length - 1;
    if (last < most) return { steps: [...steps], values: [...smooth] };
    const places = Array.from({ length: most }, (_, i) => Math.round((i * last) / (most - 1)));
    const at = (list: readonly number[]): number[] => places.map((place) => list[place] as number);
    return { steps: at(steps), values: at(smooth) };
  }

  #push(step: number): void {
    const mean = this.#waiting.reduce((sum, loss) => sum + loss, 0) / this.#waiting.length;
    this.#waiting = [];
    this.steps.push(step);
    this.values.push(mean);
  }

  #halve(): void {
    const second = (_: number, i: number): boolean => i % 2 === 1;
    this.values = this.values
      .map((loss, i, all) => (loss + (all[i - 1] ?? loss)) / 2)
      .filter(second);
    this.steps = this.steps.filter(second);
    this.#smooth = [];
    this.#stride *= 2;
  }
}
