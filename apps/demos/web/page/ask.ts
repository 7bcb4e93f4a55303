import { element } from "../dom/element.ts";
import { askLatest } from "./latest.ts";

/** A number that the visitor says of their own case. */
export interface AskedNumber {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

/** The visitor's own case, in numbers, and what the model says of it with the weights of the moment. */
export class AskBox {
  readonly element: HTMLElement;
  readonly #inputs: readonly HTMLInputElement[];
  readonly #put: (numbers: readonly number[]) => void;

  /** `say` puts the answer in words. */
  constructor(
    heading: string,
    numbers: readonly AskedNumber[],
    ask: (question: unknown) => Promise<unknown>,
    say: (answer: number, numbers: readonly number[]) => string,
    signal: AbortSignal,
  ) {
    const verdict = element("output", { class: "verdict" });
    this.#put = askLatest<readonly number[], number>(
      (asked) => ask({ numbers: asked }),
      (answer, asked) => {
        verdict.value = say(answer, asked);
      },
      signal,
    );
    this.#inputs = numbers.map(({ label, value, min, max, step = 1 }) =>
      element("input", {
        type: "number",
        "aria-label": label,
        value,
        min,
        max,
        step,
        oninput: () => this.again(),
      }),
    );
    const fields = this.#inputs.map((input, i) =>
      element("label", {}, element("span", {}, numbers[i]?.label), input),
    );
    this.element = element(
      "form",
      { class: "own", onsubmit: (event) => event.preventDefault() },
      element("b", {}, heading),
      ...fields,
      verdict,
    );
  }

  get numbers(): readonly number[] {
    return this.#inputs.map((input) => input.valueAsNumber);
  }

  /** The weights are others, or the numbers. */
  again(): void {
    const numbers = this.numbers;
    if (!this.element.hidden && numbers.every(Number.isFinite)) this.#put(numbers);
  }
}
