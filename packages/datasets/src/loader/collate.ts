import { ArgumentError, type DType, stack, Tensor, type TypedArray, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { padSequences } from "./padding.ts";

/**
 * The collated type of examples: tensors of numbers, lists of text, and objects or tuples of these.
 */
export type Collated<Item> = Item extends number | boolean | Tensor | TypedArray | readonly number[]
  ? Tensor
  : Item extends string
    ? string[]
    : { -readonly [Name in keyof Item]: Collated<Item[Name]> };

/** Settings of `collateWith`. */
export interface CollateOptions {
  /**
   * Pads rows of numbers to the longest of the batch. Without it, all rows must have the same
   * length.
   */
  readonly paddingValue?: number;
  /**
   * Dtypes by name for fields of plain numbers: `{ label: "i32" }` (default f32; typed arrays keep
   * theirs).
   */
  readonly dtypes?: Readonly<Record<string, DType>>;
}

/**
 * Makes one batch from a list of examples, as PyTorch's default_collate does: numbers become a
 * tensor [B], rows of numbers [B, T], tensors are stacked, text becomes a list, and objects and
 * tuples are collated by field.
 *
 * Throws ArgumentError for an empty list, for rows of different lengths, and for values that cannot
 * be collated.
 */
export function defaultCollate<Item>(items: readonly Item[]): Collated<Item> {
  checkCall("defaultCollate(items: array)", arguments);
  return collateWith()(items);
}

/** `defaultCollate` with padding or other dtypes, for a DataLoader's `collate`. */
export function collateWith(
  options: CollateOptions = {},
): <Item>(items: readonly Item[]) => Collated<Item> {
  checkCall("collateWith({ paddingValue: number, dtypes: object })", arguments);
  return <Item>(items: readonly Item[]) => {
    if (items.length === 0) throw new ArgumentError("collate: there are no examples");
    return collated(items, "", options) as Collated<Item>;
  };
}

function collated(values: readonly unknown[], name: string, options: CollateOptions): unknown {
  const dtype = options.dtypes?.[name.split(".").at(-1) as string];
  const typed = dtype === undefined ? {} : { dtype };
  const [first] = values;
  const all = (test: (value: unknown) => boolean): boolean => values.every(test);
  if (all((value) => value instanceof Tensor)) return stack(values as Tensor[], 0);
  if (all((value) => typeof value === "string")) return [...values];
  if (all((value) => typeof value === "number" || typeof value === "boolean")) {
    return tensor(values as number[], typed);
  }
  if (all(isRow)) return rows(values as ArrayLike<number>[], name, options, dtype);
  if (all((value) => sameKeys(value, first))) {
    const fields = Object.keys(first as object).map((key) => {
      const column = values.map((value) => (value as Record<string, unknown>)[key]);
      return [key, collated(column, name === "" ? key : `${name}.${key}`, options)] as const;
    });
    return Array.isArray(first) ? fields.map(([, value]) => value) : Object.fromEntries(fields);
  }
  const kinds = [...new Set(values.map(kindOf))].join(", ");
  throw new ArgumentError(
    `collate: ${name === "" ? "examples" : `'${name}'`} cannot be collated: ${kinds}` +
      "\n  hint: use the same type and names in every example, or write your own collate",
  );
}

function rows(
  values: readonly ArrayLike<number>[],
  name: string,
  { paddingValue }: CollateOptions,
  dtype: DType | undefined,
): Tensor {
  const lengths = [...new Set(values.map((row) => row.length))];
  if (lengths.length > 1 && paddingValue === undefined) {
    throw new ArgumentError(
      `collate: ${name === "" ? "examples" : `'${name}'`} have different lengths: ${lengths.slice(0, 4).join(", ")} numbers` +
        "\n  hint: use collateWith({ paddingValue: 0 }), or padSequences in your own collate",
    );
  }
  const width = lengths.length === 1 ? (lengths[0] as number) : Math.max(...lengths);
  const [first] = values;
  const natural = ArrayBuffer.isView(first) ? tensor(first as TypedArray).dtype : "f32";
  if (width === 0) return tensor([], { shape: [values.length, 0], dtype: dtype ?? natural });
  const options = { length: width, paddingValue: paddingValue ?? 0, dtype: dtype ?? natural };
  return padSequences(values, options).values;
}

const isRow = (value: unknown): boolean =>
  (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
  (Array.isArray(value) && value.every((item) => typeof item === "number"));

function sameKeys(value: unknown, first: unknown): boolean {
  if (typeof value !== "object" || value === null || typeof first !== "object") return false;
  const [keys, others] = [Object.keys(value), Object.keys(first as object)];
  return keys.length === others.length && others.every((key) => Object.hasOwn(value, key));
}

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? `array of ${value.length}` : `{ ${Object.keys(value).join(", ")} }`;
};
