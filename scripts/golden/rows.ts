import type { DType } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import type { Case, Encoded, Group } from "./load.ts";
import { dtypeName } from "./names.ts";

type Value = number | "nan" | "inf" | "-inf";

/** One call for every dtype, with PyTorch's result for each. */
export interface Row {
  readonly id: string;
  readonly op: string;
  readonly call: readonly Encoded[];
  readonly kwargs: Readonly<Record<string, Encoded>>;
  readonly inplace?: boolean;
  readonly result?: string;
  /** Shape, integers in row-major order, and the dtype if it is not that of the row. */
  readonly inputs: Readonly<
    Record<string, readonly [shape: readonly number[], values: readonly number[], own?: string]>
  >;
  readonly results: Readonly<Record<string, readonly Output[] | Refusal>>;
}

type Output = readonly [dtype: string, shape: readonly number[], values: readonly Value[]];

interface Refusal {
  readonly error: string;
  readonly gap?: boolean;
}

/** Tolerances by dtype: f16 has three digits. */
const tolerances: Readonly<Record<string, { readonly atol: number; readonly rtol: number }>> = {
  float16: { atol: 2e-3, rtol: 2e-3 },
};
const usual = { atol: 2e-6, rtol: 2e-5 };

/** A case for each dtype of each row; the dtype is its category. */
export function fromRows(name: string, rows: readonly Row[]): Group {
  const tensors = new Map<string, TensorRecord>();
  const cases = rows.flatMap((row) =>
    Object.entries(row.results).map(([dtype, result]): Case => {
      const id = `${row.id} of ${dtypeName(dtype)}`;
      const dtypes: Record<string, string> = {};
      for (const [key, [shape, values, own]] of Object.entries(row.inputs)) {
        dtypes[key] = own ?? dtype;
        tensors.set(
          `${id}/${key}`,
          record(dtypeName(own ?? dtype), shape, made(values, own ?? dtype, own !== undefined)),
        );
      }
      const outputs = "error" in result ? [] : result;
      for (const [i, [of, shape, values]] of outputs.entries()) {
        dtypes[`out${i}`] = of;
        tensors.set(`${id}/out${i}`, record(dtypeName(of), shape, values.map(numberOf)));
      }
      return {
        id,
        category: dtype,
        op: row.op,
        call: withDType(row.call, dtype) as readonly Encoded[],
        kwargs: withDType(row.kwargs, dtype) as Record<string, Encoded>,
        inputs: Object.keys(row.inputs),
        outputs: outputs.map((_, i) => `out${i}`),
        dtype,
        dtypes,
        tol: tolerances[dtype] ?? usual,
        ...(row.inplace && { inplace: true }),
        ...(row.result !== undefined && { result: row.result }),
        ...("error" in result && { raises: true, ...result }),
      };
    }),
  );
  return { name, cases, tensor: (id, key) => tensors.get(`${id}/${key}`) as TensorRecord };
}

/** The integers of a row, converted to a dtype. */
function made(values: readonly number[], dtype: string, asTheyAre: boolean): readonly number[] {
  if (dtype === "bool") return values.map((x) => Number(x > 0));
  if (asTheyAre) return values;
  if (dtype.startsWith("u")) return values.map(Math.abs);
  return dtype.startsWith("float") ? values.map((x) => x / 2) : values;
}

const numberOf = (value: Value): number =>
  typeof value === "number" ? value : { nan: Number.NaN, inf: Infinity, "-inf": -Infinity }[value];

function record(dtype: string, shape: readonly number[], values: readonly number[]): TensorRecord {
  return { dtype: dtype as DType, shape, data: Float64Array.from(values) } as TensorRecord;
}

/** Replaces `{"dtype": "@"}` by the dtype of the case. */
function withDType(value: Encoded, dtype: string): Encoded {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withDType(item, dtype));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "dtype" && item === "@" ? dtype : withDType(item, dtype),
    ]),
  );
}
