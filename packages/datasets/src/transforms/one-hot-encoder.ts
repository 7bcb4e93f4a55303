import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { categoriesOf, numbersOf, unknownCategory } from "./categories.ts";
import { checkColumns, type Value } from "./columns.ts";
import { checkWidth } from "./features.ts";
import { Fitted, type NamedColumn, type Transform } from "./transform.ts";

/** Settings of OneHotEncoder, with scikit-learn's names and defaults. */
export interface OneHotEncoderOptions {
  /**
   * Treats a value that `fit` did not see as an error, or encodes it as zeros (default "error").
   */
  readonly handleUnknown?: "error" | "ignore";
  /** Drops each column's first category, which is redundant (default null: none). */
  readonly drop?: "first" | null;
}

interface State {
  readonly names: readonly string[];
  readonly categories: readonly (readonly Value[])[];
}

/**
 * One-hot encoding: one feature per category of every column, 1 if the row has it, else 0. Columns
 * → [rows, categories], f32.
 *
 * `transform` throws DataError for a category that `fit` did not see, unless `handleUnknown:
 * "ignore"`.
 */
export class OneHotEncoder
  extends Fitted<Required<OneHotEncoderOptions>, State>
  implements Transform<"columns", "tensor">
{
  readonly type = "OneHotEncoder";
  readonly takes = "columns";
  readonly gives = "tensor";

  constructor(options: OneHotEncoderOptions = {}) {
    checkCall(
      'new OneHotEncoder({ handleUnknown: "error" | "ignore", drop: "first" | null })',
      arguments,
    );
    const { handleUnknown = "error", drop = null } = options;
    super({ handleUnknown, drop });
  }

  /** The categories of each column, in order. */
  get categories(): readonly (readonly Value[])[] {
    return this.learned("categories").categories;
  }

  /** Names of the features: "type=Condo", …. */
  get featureNames(): string[] {
    const { names, categories } = this.learned("featureNames");
    const first = this.#first;
    return names.flatMap((name, j) =>
      (categories[j] ?? []).slice(first).map((category) => `${name}=${category}`),
    );
  }

  fit(columns: readonly NamedColumn[]): this {
    checkCall("encoder.fit(columns: array, y?)", arguments);
    return this.learn({
      names: columns.map(({ name }) => name),
      categories: columns.map(({ values }) => categoriesOf(values)),
    });
  }

  transform(columns: readonly NamedColumn[]): Tensor {
    checkCall("encoder.transform(columns: array)", arguments);
    const { names, categories } = this.learned("transform");
    checkColumns("OneHotEncoder.transform", columns, names);
    const rows = columns[0]?.values.length ?? 0;
    const width = this.featureNames.length;
    const out = new Float32Array(rows * width);
    let start = -this.#first;
    columns.forEach(({ name, values }, j) => {
      const known = numbersOf(categories[j] ?? []);
      for (let i = 0; i < rows; i++) {
        const number = known.get(values[i] as Value);
        if (number !== undefined && number >= this.#first) out[i * width + start + number] = 1;
        if (number !== undefined || this.options.handleUnknown === "ignore") continue;
        const place = `row ${i + 1}, column ${JSON.stringify(name)}`;
        const hint = 'handleUnknown: "ignore" encodes it as zeros';
        const call = "OneHotEncoder.transform";
        throw unknownCategory(call, place, values[i] as Value, categories[j] ?? [], hint);
      }
      start += known.size - this.#first;
    });
    return tensor(out, { shape: [rows, width] });
  }

  /**
   * The category of each row and column, by the largest feature; null if all are 0 and none was
   * dropped.
   */
  async inverseTransform(z: Tensor): Promise<{ name: string; values: (Value | null)[] }[]> {
    checkCall("encoder.inverseTransform(z: tensor)", arguments);
    const { names, categories } = this.learned("inverseTransform");
    const width = this.featureNames.length;
    const data = await checkWidth("OneHotEncoder.inverseTransform", z, width).data();
    const rows = data.length / width;
    const first = this.#first;
    let start = 0;
    return names.map((name, j) => {
      const here = categories[j] ?? [];
      const values = Array.from({ length: rows }, (_, i) => {
        const at = i * width + start;
        const own = Array.from(data.slice(at, at + here.length - first));
        const best = own.reduce((k, value, l) => (value > (own[k] as number) ? l : k), 0);
        const none = own.length === 0 || !((own[best] as number) > 0);
        if (none) return first === 1 ? (here[0] as Value) : null;
        return here[best + first] as Value;
      });
      start += here.length - first;
      return { name, values };
    });
  }

  /** Index of the first category with a feature. */
  get #first(): 0 | 1 {
    return this.options.drop === "first" ? 1 : 0;
  }
}
