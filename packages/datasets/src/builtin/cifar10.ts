import { checkCall } from "@wgrad/autograd/plugin";
import { bytesOf, nameOf } from "../sources/open.ts";
import { parseTar } from "../sources/tar.ts";
import { DataError } from "../table/error.ts";
import type { About } from "./about.ts";
import { filesOf } from "./files.ts";
import { ImageDataset } from "./image-dataset.ts";
import type { PartOptions } from "./mnist.ts";

const SIZE = 3 * 32 * 32;

/**
 * CIFAR-10: 50,000 training and 10,000 test photographs of ten kinds of objects, 32×32 in colour.
 * Downloads the archive of binary batches (170 MB), or reads the one that `from` names.
 *
 * Throws DataError if the archive is missing or invalid.
 */
export async function loadCifar10(options: PartOptions<"archive"> = {}): Promise<ImageDataset> {
  checkCall("loadCifar10({ train: boolean, from, sha256, download })", arguments);
  const { train = true } = options;
  const known = {
    loader: "loadCifar10",
    files: { archive: "" },
    mirrors: ["https://www.cs.toronto.edu/~kriz/"],
    remote: { archive: "cifar-10-binary.tar.gz" },
  };
  const { archive } = await filesOf(known, options);
  const name = nameOf(archive, "CIFAR-10");
  const batches = [...parseTar(await bytesOf(archive, name), name)]
    .filter(([path]) => (train ? /data_batch_\d\.bin$/ : /test_batch\.bin$/).test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (batches.length === 0) {
    const wanted = train ? "data_batch_1.bin, …" : "test_batch.bin";
    throw new DataError(`${name}: the archive has no ${wanted}`);
  }
  const count = batches.reduce((sum, [path, bytes]) => sum + countIn(bytes, `${name}: ${path}`), 0);
  const pixels = new Uint8Array(count * SIZE);
  const labels = new Uint8Array(count);
  let i = 0;
  for (const [, bytes] of batches) {
    for (let at = 0; at < bytes.length; at += SIZE + 1, i++) {
      labels[i] = bytes[at] as number;
      pixels.set(bytes.subarray(at + 1, at + 1 + SIZE), i * SIZE);
    }
  }
  return new ImageDataset({ about, shape: [3, 32, 32], pixels, labels, classes });
}

function countIn({ length }: Uint8Array, name: string): number {
  if (length > 0 && length % (SIZE + 1) === 0) return length / (SIZE + 1);
  throw new DataError(
    `${name}: ${length} bytes are not a whole number of images of ${SIZE} bytes with a label`,
  );
}

const classes = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const about: About = {
  title: "CIFAR-10",
  description: "Photographs from the web, 6,000 of each kind, scaled down.",
  columns: { images: "32×32, red, green and blue, 0–255", labels: "kind of object" },
  source: "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
  licence: "none stated by the author; commonly used for research",
};
