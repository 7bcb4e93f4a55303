import type { TensorProto } from "onnx-buf";
import { OnnxError } from "./error.ts";
import { type ElementType, elementType } from "./types.ts";
import { sizeOf, Value } from "./value.ts";

/** Bytes of external files, by the location that the model names. */
export type ExternalData = Readonly<Record<string, Uint8Array>>;

const EXTERNAL = 1;

/** The value of a TensorProto, whose numbers may be in any of several fields. */
export function tensorValue(proto: TensorProto, external: ExternalData, where: string): Value {
  const label = `${where}: tensor ${JSON.stringify(proto.name)}`;
  const type = elementType(proto.dataType, label);
  const shape = proto.dims.map(Number);
  const count = sizeOf(shape);
  const raw =
    proto.dataLocation === EXTERNAL ? externalBytes(proto, external, label) : proto.rawData;
  const data =
    raw !== undefined && raw.length > 0 ? fromBytes(type, raw, label) : fromFields(type, proto);
  if (data.length !== count) {
    throw new OnnxError(
      `${label}: shape [${shape}] needs ${count} numbers, but the file has ${data.length}`,
    );
  }
  return Value.host(type, shape, data);
}

function externalBytes(proto: TensorProto, external: ExternalData, label: string): Uint8Array {
  const entry = Object.fromEntries(proto.externalData.map(({ key, value }) => [key, value]));
  const bytes = external[entry.location ?? ""];
  if (bytes === undefined) {
    throw new OnnxError(
      `${label}: its numbers are in the file ${JSON.stringify(entry.location)}` +
        "\n  hint: readOnnx(bytes, { externalData: { [location]: bytes } })",
    );
  }
  const start = Number(entry.offset ?? 0);
  return bytes.subarray(start, start + Number(entry.length ?? bytes.length - start));
}

/** The locations of external files that the tensors of a model name. */
export const locationsOf = (tensors: readonly TensorProto[]): string[] => [
  ...new Set(
    tensors.flatMap(({ dataLocation, externalData }) =>
      dataLocation === EXTERNAL
        ? externalData.filter(({ key }) => key === "location").map(({ value }) => value)
        : [],
    ),
  ),
];

const arrays = {
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
  UINT8: Uint8Array,
  BOOL: Uint8Array,
  INT8: Int8Array,
  UINT16: Uint16Array,
  INT16: Int16Array,
  INT32: Int32Array,
  UINT32: Uint32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
  FLOAT16: Uint16Array,
  BFLOAT16: Uint16Array,
} as const;

function fromBytes(type: ElementType, raw: Uint8Array, label: string): ArrayLike<number> {
  const Typed = arrays[type.name as keyof typeof arrays];
  const bytes = Uint8Array.from(raw);
  if (bytes.length % Typed.BYTES_PER_ELEMENT !== 0) {
    throw new OnnxError(
      `${label}: ${bytes.length} bytes are not a whole number of ${type.name} elements`,
    );
  }
  const typed = new Typed(bytes.buffer);
  if (typed instanceof BigInt64Array || typed instanceof BigUint64Array) {
    return Float64Array.from(typed, Number);
  }
  return bitsToNumbers(type, typed);
}

/** FLOAT16 and BFLOAT16 are stored as bits. */
function bitsToNumbers(type: ElementType, data: ArrayLike<number>): ArrayLike<number> {
  if (type.name === "FLOAT16") return Float32Array.from(data, halfOf);
  if (type.name !== "BFLOAT16") return data;
  const bits = Uint32Array.from(data, (x) => x << 16);
  return new Float32Array(bits.buffer);
}

function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function fromFields(type: ElementType, proto: TensorProto): ArrayLike<number> {
  switch (type.name) {
    case "FLOAT":
      return Float32Array.from(proto.floatData);
    case "DOUBLE":
      return Float64Array.from(proto.doubleData);
    case "INT64":
      return Float64Array.from(proto.int64Data, Number);
    case "UINT32":
    case "UINT64":
      return Float64Array.from(proto.uint64Data, Number);
    default:
      return bitsToNumbers(type, proto.int32Data);
  }
}
