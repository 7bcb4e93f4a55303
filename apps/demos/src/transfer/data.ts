import { type Tensor, tensor } from "@wgrad/autograd";
import { type Dataset, TensorDataset } from "@wgrad/datasets";
import type { Labelled } from "../shared/classifier.ts";
import type { Pictures } from "./drawings.ts";
import { SIDE } from "./kinds.ts";

/** Drawings as tensors: [N, 3, 96, 96] from 0 to 1, and their labels. */
export const imagesOf = ({ pixels, labels }: Pictures): Labelled => ({
  images: tensor(pixels, { shape: [labels.length, 3, SIDE, SIDE] }),
  labels: tensor(labels),
});

/** Rows of features, each column with mean 0 and deviation 1 over the rows that teach. */
export function standardised(
  train: Tensor,
  test: Tensor,
  labels: { readonly train: Tensor; readonly test: Tensor },
): { readonly train: Dataset<Labelled>; readonly test: Dataset<Labelled> } {
  const [mean, deviation] = [train.mean(0), train.std(0).add(1e-3)];
  const scaled = (rows: Tensor): Tensor => rows.sub(mean).div(deviation).keep();
  return {
    train: new TensorDataset({ images: scaled(train), labels: labels.train }),
    test: new TensorDataset({ images: scaled(test), labels: labels.test }),
  };
}

/** Grey pictures of a third of the width, dark where something is drawn, to look at. */
export function thumbnails({ images, labels }: Labelled): Dataset<Labelled> {
  const grey = images.mean(1, { keepdim: true });
  const small = grey.reshape(-1, 1, SIDE / 3, 3, SIDE / 3, 3).mean([3, 5]);
  return new TensorDataset({ images: small.neg().add(1).keep(), labels });
}
