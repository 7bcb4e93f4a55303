import { ArgumentError, cat, noGrad, Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Dataset, datasetOf, exampleOf, type Indexed, ItemDataset } from "./dataset.ts";

/** Examples of one dataset, and their positions in the batch. */
interface Part<Batch> {
  readonly dataset: Dataset<Batch>;
  readonly indices: number[];
  readonly places: number[];
}

/**
 * Datasets one after another. A batch may span several datasets: lists of examples are merged by
 * position, and tensors (alone, by name or in an array) along their first dimension.
 *
 * Throws ArgumentError without datasets, and for batches that are none of these.
 */
export class ConcatDataset<Batch> implements Dataset<Batch> {
  readonly datasets: readonly Dataset<Batch>[];
  readonly length: number;

  constructor(datasets: readonly Indexed<Batch>[]) {
    checkCall("new ConcatDataset(datasets: dataset[])", arguments);
    if (datasets.length === 0) throw new ArgumentError("ConcatDataset: there are no datasets");
    this.datasets = datasets.map(datasetOf);
    this.length = this.datasets.reduce((sum, { length }) => sum + length, 0);
  }

  async batch(indices: ArrayLike<number>): Promise<Batch> {
    checkCall("dataset.batch(indices: list)", arguments);
    const parts = this.#partsOf(indices);
    const batches = await Promise.all(parts.map((part) => part.dataset.batch(part.indices)));
    const [only] = batches;
    if (parts.length === 1) return only as Batch;
    const listsItems = parts.every(({ dataset }) => dataset instanceof ItemDataset);
    return joined(batches, parts, listsItems) as Batch;
  }

  example(batch: Batch): unknown {
    checkCall("dataset.example(batch: any)", arguments);
    return exampleOf(this.datasets[0] as Dataset<Batch>, batch);
  }

  #partsOf(indices: ArrayLike<number>): Part<Batch>[] {
    const parts: Part<Batch>[] = this.datasets.map((dataset) => ({
      dataset,
      indices: [],
      places: [],
    }));
    for (let place = 0; place < indices.length; place++) {
      let index = indices[place] as number;
      let k = 0;
      while (index >= (this.datasets[k] as Dataset<Batch>).length) {
        index -= (this.datasets[k] as Dataset<Batch>).length;
        if (++k === parts.length) {
          throw new ArgumentError(
            `ConcatDataset: there is no example ${indices[place]} in ${this.length} examples`,
          );
        }
      }
      parts[k]?.indices.push(index);
      parts[k]?.places.push(place);
    }
    const used = parts.filter((part) => part.indices.length > 0);
    return used.length > 0 ? used : parts.slice(0, 1);
  }
}

/** Merges the batches of the datasets into one, in the requested order. */
function joined(batches: unknown[], parts: readonly Part<unknown>[], listsItems: boolean): unknown {
  const places = parts.flatMap((part) => part.places);
  const [first] = batches;
  if (batches.every((batch) => batch instanceof Tensor)) return joinedTensors(batches, places);
  const allLists = batches.every((batch) => Array.isArray(batch));
  if (allLists && (listsItems || !batches.flat().every((value) => value instanceof Tensor))) {
    const out: unknown[] = [];
    batches.flat().forEach((item, i) => {
      out[places[i] as number] = item;
    });
    return out;
  }
  if (typeof first === "object" && first !== null) {
    const fields = Object.keys(first).map((name) => {
      const values = batches.map((batch) => (batch as Record<string, unknown>)[name]);
      return [name, joined(values, parts, listsItems)] as const;
    });
    return Array.isArray(first) ? fields.map(([, value]) => value) : Object.fromEntries(fields);
  }
  throw new ArgumentError(
    `ConcatDataset: batches of type ${typeof first} cannot be merged` +
      "\n  hint: return tensors (alone, by name or in an array) or lists of examples",
  );
}

function joinedTensors(tensors: readonly Tensor[], places: readonly number[]): Tensor {
  const order = new Int32Array(places.length);
  places.forEach((place, i) => {
    order[place] = i;
  });
  return noGrad(() => {
    const all = cat(tensors, 0);
    return order.every((place, i) => place === i) ? all : all.indexSelect(0, tensor(order));
  });
}
