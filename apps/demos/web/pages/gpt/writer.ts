import { defaultGenerator, Generator } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import type { GPT } from "../../../src/gpt/model.ts";
import { sample } from "../../../src/gpt/sample.ts";

/**
 * Writes on, a few characters at a time, with the weights as they are; its draws change nothing in
 * the training.
 */
export class Writer {
  readonly #model: GPT;
  readonly #vocabulary: Vocabulary;
  readonly #generator: Generator = new Generator(defaultGenerator().initialSeed());
  #prompt: string;
  #written = "";
  #temperature: number;
  #characters: AsyncGenerator<string, void, undefined> | null = null;

  constructor(model: GPT, vocabulary: Vocabulary, prompt: string, temperature: number) {
    this.#model = model;
    this.#vocabulary = vocabulary;
    this.#prompt = prompt;
    this.#temperature = temperature;
  }

  get prompt(): string {
    return this.#prompt;
  }

  /** What was written behind the prompt. */
  get written(): string {
    return this.#written;
  }

  /** Begins anew behind a prompt. */
  begin(prompt: string): void {
    this.#prompt = prompt;
    this.#written = "";
    this.#characters = null;
  }

  /** What is written goes on with another temperature. */
  set temperature(value: number) {
    this.#temperature = value;
    this.#characters = null;
  }

  /** Writes at least one character, and more until the time is over or the text is `most` long. */
  async write(milliseconds: number, most: number): Promise<void> {
    const until = performance.now() + milliseconds;
    do {
      if (this.#written.length >= most) return;
      this.#characters ??= sample(this.#model, this.#vocabulary, this.#said(), {
        characters: Infinity,
        temperature: this.#temperature,
        generator: this.#generator,
      });
      const { value } = await this.#characters.next();
      this.#written += value ?? "";
    } while (performance.now() < until);
  }

  /** Behind nothing at all a line begins. */
  #said(): string {
    return this.#prompt + this.#written || "\n";
  }
}
