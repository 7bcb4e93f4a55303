import { type Tensor, tensor } from "@wgrad/autograd";
import { type Dataset, Vocabulary } from "@wgrad/datasets";

/**
 * Characters that occur once are not worth a number of their own: Hebrew and Greek in a single
 * quotation.
 */
const MIN_COUNT = 2;

/** The characters of a text, numbered; 0 stands for all that are too rare to be learned. */
export function charactersOf(text: string): Vocabulary {
  return Vocabulary.from([[...text]], { minCount: MIN_COUNT, specials: ["<unk>"] });
}

/** The numbers of a text's characters. */
export function encode(vocabulary: Vocabulary, text: string): Int32Array {
  return Int32Array.from(vocabulary.encode([...text]));
}

/**
 * A piece of text, and the same one character further on: what comes next at every place. Both [B,
 * T].
 */
export interface Window {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** Pieces of `length` characters that start every `stride` characters. */
export class Windows implements Dataset<Window> {
  readonly length: number;
  readonly #text: Int32Array;
  readonly #size: number;
  readonly #stride: number;

  constructor(text: Int32Array, size: number, stride = 1) {
    this.length = Math.max(0, Math.floor((text.length - size - 1) / stride) + 1);
    this.#text = text;
    this.#size = size;
    this.#stride = stride;
  }

  batch(indices: ArrayLike<number>): Window {
    const pieces = (shift: number): Tensor => {
      const out = new Int32Array(indices.length * this.#size);
      for (let i = 0; i < indices.length; i++) {
        const start = (indices[i] as number) * this.#stride + shift;
        out.set(this.#text.subarray(start, start + this.#size), i * this.#size);
      }
      return tensor(out, { shape: [indices.length, this.#size] });
    };
    return { inputs: pieces(0), targets: pieces(1) };
  }
}
