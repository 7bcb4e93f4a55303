import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Dataset } from "../datasets/dataset.ts";
import { DataError } from "../table/error.ts";
import type { About } from "./about.ts";

/** A batch of pictures: images [B, channels, height, width] f32 from 0 to 1, labels [B] i32. */
export interface ImageBatch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/**
 * Pictures of one size, a class each, held as bytes; batches are made of numbers from 0 to 1.
 *
 * Throws DataError if the bytes are not those of as many pictures as there are labels.
 */
export class ImageDataset implements Dataset<ImageBatch> {
  readonly about: About;
  /** Channels, height and width of a picture. */
  readonly shape: readonly [number, number, number];
  /** All pictures, one after the other: channel by channel, row by row. */
  readonly pixels: Uint8Array;
  /** The class of each. */
  readonly labels: Uint8Array;
  /** What the classes 0, 1, … are. */
  readonly classes: readonly string[];

  constructor(parts: Pick<ImageDataset, "about" | "shape" | "pixels" | "labels" | "classes">) {
    checkCall("new ImageDataset(parts)", arguments);
    this.about = parts.about;
    this.shape = parts.shape;
    this.pixels = parts.pixels;
    this.labels = parts.labels;
    this.classes = parts.classes;
    const { title } = this.about;
    if (this.pixels.length !== this.length * this.#size) {
      throw new DataError(
        `${title}: ${this.pixels.length} bytes are not ${this.length} pictures of [${this.shape.join(", ")}]`,
      );
    }
    const stray = this.labels.findIndex((label) => label >= this.classes.length);
    if (stray >= 0) {
      throw new DataError(
        `${title}: label ${stray + 1} is ${this.labels[stray]}; there are ${this.classes.length} classes, from 0`,
      );
    }
  }

  /** How many pictures there are. */
  get length(): number {
    return this.labels.length;
  }

  get #size(): number {
    const [channels, height, width] = this.shape;
    return channels * height * width;
  }

  batch(indices: ArrayLike<number>): ImageBatch {
    if (arguments.length > 1) checkCall("dataset.batch(indices)", arguments);
    const size = this.#size;
    const images = new Float32Array(indices.length * size);
    const labels = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = this.#check(indices[i] as number);
      const start = index * size;
      for (let k = 0; k < size; k++)
        images[i * size + k] = (this.pixels[start + k] as number) / 255;
      labels[i] = this.labels[index] as number;
    }
    return {
      images: tensor(images, { shape: [indices.length, ...this.shape] }),
      labels: tensor(labels),
    };
  }

  /** The bytes of one picture, counted from 0. Throws DataError if there is no such picture. */
  image(index: number): Uint8Array {
    if (arguments.length > 1) checkCall("dataset.image(index: number)", arguments);
    const start = this.#check(index) * this.#size;
    return this.pixels.subarray(start, start + this.#size);
  }

  /** The pictures at `indices`, in that order. Throws DataError for a picture there is not. */
  take(indices: ArrayLike<number>): ImageDataset {
    if (arguments.length > 1) checkCall("dataset.take(indices)", arguments);
    const pixels = new Uint8Array(indices.length * this.#size);
    const labels = new Uint8Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      pixels.set(this.image(indices[i] as number), i * this.#size);
      labels[i] = this.labels[indices[i] as number] as number;
    }
    return new ImageDataset({ ...this, pixels, labels });
  }

  #check(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.length) return index;
    throw new DataError(
      `${this.about.title}: no picture ${index}; there are ${this.length}, from 0`,
    );
  }
}
