import { Tensor } from "@wgrad/autograd";
import { expect } from "vitest";

/** A PyTorch program ported to wgrad; it is compared with PyTorch's values step by step. */
export interface Program {
  readonly name: string;
  readonly run: (ref: Reference) => Promise<void>;
}

export const program = (name: string, run: Program["run"]): Program => ({ name, run });

/** What the PyTorch program wrote: weights, inputs and the losses of every step. */
export class Reference {
  /** Computed values by key; two runs must compute the same bits. */
  readonly found: Map<string, readonly number[]> = new Map();
  readonly #tensors: Readonly<Record<string, Tensor>>;

  constructor(tensors: Readonly<Record<string, Tensor>>) {
    this.#tensors = tensors;
  }

  tensor(key: string): Tensor {
    const found = this.#tensors[key];
    if (found === undefined) throw new Error(`no '${key}' in the reference`);
    return found;
  }

  /** The tensors under a prefix, as a state dict. */
  state(prefix: string): Record<string, Tensor> {
    const start = `${prefix}.`;
    return Object.fromEntries(
      Object.entries(this.#tensors)
        .filter(([key]) => key.startsWith(start))
        .map(([key, value]) => [key.slice(start.length), value]),
    );
  }

  /** Compares with the reference `key`; `tolerance` is relative to max(1, |value|). */
  async check(
    key: string,
    got: Tensor | readonly (Tensor | number)[] | undefined,
    tolerance = 1e-4,
  ): Promise<void> {
    const want = [...(await this.tensor(key).data())];
    if (got === undefined) throw new Error(`no value was computed for ${key}`);
    const values =
      got instanceof Tensor
        ? [...(await got.data())]
        : await Promise.all(got.map((one) => (typeof one === "number" ? one : one.item())));
    this.found.set(key, values);
    expect(values.length, key).toBe(want.length);
    for (const [i, y] of want.entries()) {
      const x = values[i] as number;
      if (Object.is(x, y)) continue;
      if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))))
        expect.fail(`element ${i} of ${key} is ${x}, not ${y}`);
    }
  }

  /** Compares a state dict with the tensors under a prefix. */
  async checkState(prefix: string, got: Record<string, Tensor>, tolerance = 1e-4): Promise<void> {
    const want = this.state(prefix);
    expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
    for (const [key, value] of Object.entries(got))
      await this.check(`${prefix}.${key}`, value, tolerance);
  }

  expect(what: string, holds: boolean, got?: number): void {
    expect(holds, `${what}${got === undefined ? "" : ` (${got})`}`).toBe(true);
  }
}

/** Runs the steps one after another. */
export async function times(steps: number, step: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < steps; i++) await step(i);
}
