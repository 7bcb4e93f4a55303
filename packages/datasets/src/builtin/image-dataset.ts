import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Dataset } from "../datasets/dataset.ts";
import { DataError } from "../table/error.ts";
import type { About } from "./about.ts";

/** A batch of images: images [B, channels, height, width] f32 in [0, 1], labels [B] i32. */
export interface ImageBatch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/**
 * Labelled images of one size, stored as bytes. Batches are converted to numbers in [0, 1].
 *
 * Throws DataError if the number of bytes does not match the number of labels.
 */
export class ImageDataset implements Dataset<ImageBatch> {
  readonly about: About;
  /** Channels, height and width of an image. */
  readonly shape: readonly [number, number, number];
  /** All images one after another, in the order channel, row, column. */
  readonly pixels: Uint8Array;
  /** The class of each image. */
  readonly labels: Uint8Array;
  /** Names of the classes 0, 1, …. */
  readonly classes: readonly string[];

  constructor(parts: Pick<ImageDataset, "about" | "shape" | "pixels" | "labels" | "classes">) {
    checkCall("new ImageDataset(parts: any)", arguments);
    this.about = parts.about;
    this.shape = parts.shape;
    this.pixels = parts.pixels;
    this.labels = parts.labels;
    this.classes = parts.classes;
    const { title } = this.about;
    if (this.pixels.length !== this.length * this.#size) {
      throw new DataError(
        `${title}: ${this.pixels.length} bytes are not ${this.length} images of [${this.shape.join(", ")}]`,
      );
    }
    const stray = this.labels.findIndex((label) => label >= this.classes.length);
    if (stray >= 0) {
      throw new DataError(
        `${title}: label ${stray + 1} is ${this.labels[stray]}, but classes are 0 to ${this.classes.length - 1}`,
      );
    }
  }

  /** Number of images. */
  get length(): number {
    return this.labels.length;
  }

  get #size(): number {
    const [channels, height, width] = this.shape;
    return channels * height * width;
  }

  batch(indices: ArrayLike<number>): ImageBatch {
    checkCall("dataset.batch(indices: list)", arguments);
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

  /** The bytes of one image, by index. Throws DataError for an invalid index. */
  image(index: number): Uint8Array {
    checkCall("dataset.image(index: number)", arguments);
    const start = this.#check(index) * this.#size;
    return this.pixels.subarray(start, start + this.#size);
  }

  /** The images at `indices`, in that order. Throws DataError for an invalid index. */
  take(indices: ArrayLike<number>): ImageDataset {
    checkCall("dataset.take(indices: list)", arguments);
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
      `${this.about.title}: there is no image ${index}; there are ${this.length} images, numbered from 0`,
    );
  }
}
