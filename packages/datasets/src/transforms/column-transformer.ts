import { ArgumentError, cat, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "../splits/stratify.ts";
import type { Table } from "../table/table.ts";
import { fitChain, passChain } from "./chain.ts";
import { columnsOf } from "./columns.ts";
import type { SavedTransform, Transform } from "./transform.ts";

/** Columns of a table, and their transforms. */
export interface ColumnSteps {
  readonly columns: readonly string[];
  /** If empty, the columns are numbers and stay unchanged. */
  readonly steps: readonly Transform[];
}

/**
 * Applies different transforms to different columns and concatenates the results to [rows,
 * features]. Columns that are not named are dropped.
 *
 * ```ts
 * new ColumnTransformer([
 *   { columns: ["beds", "sqft"], steps: [new SimpleImputer(), new StandardScaler()] },
 *   { columns: ["type"], steps: [new OneHotEncoder()] },
 * ]);
 * ```
 *
 * Throws ArgumentError without columns. `fit` and `transform` throw DataError for a column that the
 * table does not have.
 */
export class ColumnTransformer implements Transform<"table", "tensor"> {
  readonly type = "ColumnTransformer";
  readonly takes = "table";
  readonly gives = "tensor";
  readonly parts: readonly ColumnSteps[];
  #widths: readonly number[] | null = null;

  constructor(parts: readonly ColumnSteps[]) {
    checkCall("new ColumnTransformer(parts: object[])", arguments);
    if (parts.length === 0 || parts.some(({ columns }) => !columns?.length)) {
      throw new ArgumentError("ColumnTransformer: a part has no columns");
    }
    this.parts = parts.map(({ columns, steps }) => ({ columns: [...columns], steps: [...steps] }));
  }

  /** Origin of each feature: the name of a column or category, or a column's name with a number. */
  get featureNames(): string[] {
    return this.parts.flatMap(({ columns, steps }, p) => {
      const named = steps.filter((step) => "featureNames" in step).at(-1);
      const names = named ? (named as unknown as { featureNames: string[] }).featureNames : columns;
      const width = this.#widths?.[p] ?? names.length;
      if (names.length === width) return [...names];
      return Array.from({ length: width }, (_, k) => `${columns.join("+")}:${k}`);
    });
  }

  async fit(table: Table, y?: Labels | Tensor): Promise<this> {
    checkCall("transformer.fit(table: table, y?)", arguments);
    for (const { columns, steps } of this.parts) {
      await fitChain("ColumnTransformer.fit", steps, columnsOf(table, columns), y);
    }
    this.#widths = this.#parts(table.slice(0, 1)).map((part) => part.shape[1] as number);
    return this;
  }

  transform(table: Table): Tensor {
    checkCall("transformer.transform(table: table)", arguments);
    return cat(this.#parts(table), 1);
  }

  /** `fit(table, y)`, then `transform(table)`. */
  async fitTransform(table: Table, y?: Labels | Tensor): Promise<Tensor> {
    checkCall("transformer.fitTransform(table: table, y?)", arguments);
    return (await this.fit(table, y)).transform(table);
  }

  async save(): Promise<SavedTransform> {
    if (arguments.length > 0) checkCall("transformer.save()", arguments);
    const parts = await Promise.all(
      this.parts.map(async ({ columns, steps }) => ({
        columns,
        steps: await Promise.all(steps.map((step) => step.save())),
      })),
    );
    return { type: "ColumnTransformer", options: { parts }, state: { widths: this.#widths } };
  }

  /** Restores a saved state. */
  restore(state: unknown): this {
    checkCall("transformer.restore(state: any)", arguments);
    this.#widths = (state as { widths: readonly number[] | null } | null)?.widths ?? null;
    return this;
  }

  #parts(table: Table): Tensor[] {
    return this.parts.map(({ columns, steps }) =>
      passChain("ColumnTransformer.transform", steps, columnsOf(table, columns)),
    );
  }
}
