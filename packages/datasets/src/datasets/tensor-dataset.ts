import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkIndex, type Dataset } from "./dataset.ts";
import { Rows } from "./rows.ts";

/** Tensors by name, or in an array. */
export type TensorFields = Readonly<Record<string, Tensor>> | readonly [Tensor, ...Tensor[]];
/** A batch with the same names or positions as the tensors. */
export type TensorBatch<Fields extends TensorFields> = { -readonly [Name in keyof Fields]: Tensor };

/**
 * Tensors whose first dimension is the number of examples. `{ images, labels }` yields batches with
 * the same keys, an array yields tuples. The tensors are read once, for the first batch.
 *
 * Throws ArgumentError if they have different numbers of examples.
 */
export class TensorDataset<const Fields extends TensorFields>
  implements Dataset<TensorBatch<Fields>>
{
  /** Number of examples. */
  readonly length: number;
  readonly #fields: Fields;
  #rows: Promise<[string, Rows][]> | null = null;

  constructor(fields: Fields) {
    if (fields instanceof Tensor) {
      throw new ArgumentError(
        "TensorDataset: takes tensors by name, or an array of them, got a tensor" +
          "\n  hint: new TensorDataset({ x, y })",
      );
    }
    checkCall("new TensorDataset(fields: tensor[] | object)", arguments);
    const entries: [string, Tensor][] = Object.entries(fields);
    const [length, ...others] = entries.map(([, field]) =>
      field instanceof Tensor ? (field.shape[0] ?? null) : null,
    );
    if (length === undefined || length === null || others.some((other) => other !== length)) {
      const sizes = entries.map(([name, field]) => `\n  ${name}: [${field?.shape?.join(", ")}]`);
      throw new ArgumentError(
        `TensorDataset: the tensors have different numbers of examples${sizes.join("")}` +
          "\n  hint: the first dimension of each must be the number of examples",
      );
    }
    this.length = length;
    this.#fields = fields;
  }

  /** Rows of each tensor. Throws ArgumentError for an invalid index. */
  async batch(indices: ArrayLike<number>): Promise<TensorBatch<Fields>> {
    checkCall("dataset.batch(indices: list)", arguments);
    for (let i = 0; i < indices.length; i++) {
      checkIndex("TensorDataset", indices[i] as number, this.length);
    }
    this.#rows ??= Promise.all(
      Object.entries(this.#fields).map(
        async ([name, field]): Promise<[string, Rows]> => [name, await Rows.of(field as Tensor)],
      ),
    );
    const picked = (await this.#rows).map(([name, rows]) => [name, rows.pick(indices)] as const);
    const batch = Array.isArray(this.#fields)
      ? picked.map(([, value]) => value)
      : Object.fromEntries(picked);
    return batch as TensorBatch<Fields>;
  }
}
