import { randint, type Tensor, tensor } from "@wgrad/autograd";

/** What happened after one push. */
export interface Transition {
  readonly state: ArrayLike<number>;
  readonly action: number;
  readonly next: ArrayLike<number>;
  /** 1 if there was a next push, 0 if the pole fell. */
  readonly goesOn: number;
}

/** The last `capacity` transitions, to learn from in any order. */
export class Replay {
  readonly #capacity: number;
  readonly #kept: Transition[] = [];
  #added = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#kept.length;
  }

  add(transition: Transition): void {
    this.#kept[this.#added++ % this.#capacity] = transition;
  }

  /** Some of them at random: states and nexts [count, 4], actions and goesOn [count]. */
  async sample(count: number): Promise<Record<"states" | "actions" | "nexts" | "goesOn", Tensor>> {
    const picks = await randint(0, this.length, [count]).data();
    const picked = Array.from(picks, (pick) => this.#kept[Number(pick)] as Transition);
    return {
      states: tensor(picked.map(({ state }) => Array.from(state))),
      actions: tensor(
        picked.map(({ action }) => action),
        { dtype: "i32" },
      ),
      nexts: tensor(picked.map(({ next }) => Array.from(next))),
      goesOn: tensor(picked.map(({ goesOn }) => goesOn)),
    };
  }
}
