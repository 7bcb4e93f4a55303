import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { categoriesOf, numbersOf, unknownCategory } from "./categories.ts";
import { checkColumns, type Value } from "./columns.ts";
import { checkWidth } from "./features.ts";
import { Fitted, type NamedColumn, type Transform } from "./transform.ts";

/** Settings of OrdinalEncoder. */
export interface OrdinalEncoderOptions {
  /** The categories of each column in order (default: those in the data, sorted). */
  readonly categories?: readonly (readonly Value[])[] | null;
  /** Number for values that `fit` did not see; null makes them an error (default null). */
  readonly unknownValue?: number | null;
}

interface State {
  readonly names: readonly string[];
  readonly categories: readonly (readonly Value[])[];
}

/**
 * Encodes each value as the index of its category, from 0. Columns → [rows, columns], f32. For
 * ordered categories, or for an embedding (`.to("i32")`).
 *
 * `fit` and `transform` throw DataError for an unknown category, unless `unknownValue` is given;
 * `fit` throws ArgumentError if that is the index of a category.
 */
export class OrdinalEncoder
  extends Fitted<Required<OrdinalEncoderOptions>, State>
  implements Transform<"columns", "tensor">
{
  readonly type = "OrdinalEncoder";
  readonly takes = "columns";
  readonly gives = "tensor";

  constructor(options: OrdinalEncoderOptions = {}) {
    checkCall(
      "new OrdinalEncoder({ categories: array | null, unknownValue: number | null })",
      arguments,
    );
    const { categories = null, unknownValue = null } = options;
    super({ categories, unknownValue });
  }

  /** The categories of each column, in order. */
  get categories(): readonly (readonly Value[])[] {
    return this.learned("categories").categories;
  }

  /** Names of the features, which are those of the columns. */
  get featureNames(): string[] {
    return [...this.learned("featureNames").names];
  }

  fit(columns: readonly NamedColumn[]): this {
    checkCall("encoder.fit(columns: array, y?)", arguments);
    const { unknownValue } = this.options;
    const given = this.options.categories;
    const names = columns.map(({ name }) => name);
    const categories = columns.map(({ values }, j) => given?.[j] ?? categoriesOf(values));
    const clash = categories.findIndex((all) => unknownValue !== null && unknownValue in all);
    if (clash >= 0) {
      throw new ArgumentError(
        `OrdinalEncoder.fit: unknownValue ${unknownValue} is already the index of ${JSON.stringify(categories[clash]?.[unknownValue as number])} in column ${JSON.stringify(names[clash])}\n  hint: pass unknownValue: -1`,
      );
    }
    this.#encode("fit", columns, { names, categories });
    return this.learn({ names, categories });
  }

  transform(columns: readonly NamedColumn[]): Tensor {
    checkCall("encoder.transform(columns: array)", arguments);
    const state = this.learned("transform");
    checkColumns("OrdinalEncoder.transform", columns, state.names);
    return this.#encode("transform", columns, state);
  }

  /** The category of each number; null for an invalid number. */
  async inverseTransform(z: Tensor): Promise<{ name: string; values: (Value | null)[] }[]> {
    checkCall("encoder.inverseTransform(z: tensor)", arguments);
    const { names, categories } = this.learned("inverseTransform");
    const width = names.length;
    const data = await checkWidth("OrdinalEncoder.inverseTransform", z, width).data();
    return names.map((name, j) => ({
      name,
      values: Array.from(
        { length: data.length / width },
        (_, i) => categories[j]?.[data[i * width + j] as number] ?? null,
      ),
    }));
  }

  #encode(call: string, columns: readonly NamedColumn[], { categories }: State): Tensor {
    const rows = columns[0]?.values.length ?? 0;
    const width = columns.length;
    const out = new Float32Array(rows * width);
    columns.forEach(({ name, values }, j) => {
      const known = numbersOf(categories[j] ?? []);
      for (let i = 0; i < rows; i++) {
        const number = known.get(values[i] as Value) ?? this.options.unknownValue;
        if (number === null) {
          const place = `row ${i + 1}, column ${JSON.stringify(name)}`;
          const hint = "unknownValue: -1 gives such values a number";
          const where = `OrdinalEncoder.${call}`;
          throw unknownCategory(where, place, values[i] as Value, categories[j] ?? [], hint);
        }
        out[i * width + j] = number;
      }
    });
    return tensor(out, { shape: [rows, width] });
  }
}
