import { type DType, DTypeError, empty } from "@wgrad/autograd";
import { OnnxError } from "./error.ts";

/** An element type of ONNX. */
export interface ElementType {
  readonly code: number;
  /** ONNX's name: "FLOAT", "INT64". */
  readonly name: string;
  /** The dtype that holds it. */
  readonly dtype: DType;
  readonly fraction: boolean;
  /** The bits of an integer that is stored in a wider dtype, or null. */
  readonly narrow: { readonly bits: number; readonly signed: boolean } | null;
}

const type = (
  code: number,
  name: string,
  dtype: DType,
  narrow: ElementType["narrow"] = null,
): ElementType => ({ code, name, dtype, fraction: dtype.startsWith("f"), narrow });

const types = [
  type(1, "FLOAT", "f32"),
  type(2, "UINT8", "u8"),
  type(3, "INT8", "i32", { bits: 8, signed: true }),
  type(4, "UINT16", "i32", { bits: 16, signed: false }),
  type(5, "INT16", "i32", { bits: 16, signed: true }),
  type(6, "INT32", "i32"),
  type(7, "INT64", "i32"),
  type(9, "BOOL", "bool"),
  type(10, "FLOAT16", "f16"),
  type(11, "DOUBLE", "f64"),
  type(12, "UINT32", "u32"),
  type(13, "UINT64", "u32"),
  type(16, "BFLOAT16", "f32"),
] as const;

/** The codes of types that a value can be cast to. */
export const castCodes: readonly number[] = types.flatMap(({ code, name }) =>
  name === "BFLOAT16" ? [] : [code],
);

const byCode = new Map(types.map((one) => [one.code, one as ElementType]));
const byName = new Map(types.map((one) => [one.name, one as ElementType]));

const refused: Readonly<Record<number, string>> = {
  0: "UNDEFINED",
  8: "STRING",
  14: "COMPLEX64",
  15: "COMPLEX128",
  17: "FLOAT8E4M3FN",
  18: "FLOAT8E4M3FNUZ",
  19: "FLOAT8E5M2",
  20: "FLOAT8E5M2FNUZ",
  21: "UINT4",
  22: "INT4",
  23: "FLOAT4E2M1",
};

/** The element type of a code. Throws OnnxError for unsupported types. */
export function elementType(code: number, where: string): ElementType {
  const found = byCode.get(code);
  if (found !== undefined) return found;
  throw new OnnxError(
    `${where}: the element type ${refused[code] ?? code} is not supported` +
      `\n  hint: one of ${types.map(({ name }) => name).join(", ")}`,
  );
}

const named = (name: string): ElementType => byName.get(name) as ElementType;

export const FLOAT: ElementType = named("FLOAT");
export const BOOL: ElementType = named("BOOL");
export const INT64: ElementType = named("INT64");
export const INT32: ElementType = named("INT32");
export const UINT8: ElementType = named("UINT8");

/** ONNX's element type of a dtype. */
export function typeOf(dtype: DType): ElementType {
  const name = { f32: "FLOAT", f16: "FLOAT16", f64: "DOUBLE", i32: "INT64", u32: "UINT32" };
  return named({ ...name, u8: "UINT8", bool: "BOOL" }[dtype]);
}

/** The dtype that holds a type on this device: f32 if the device lacks f16 or f64. */
export function storage({ dtype }: ElementType): DType {
  if (dtype !== "f16" && dtype !== "f64") return dtype;
  try {
    empty([0], { dtype }).dispose();
    return dtype;
  } catch (error) {
    if (error instanceof DTypeError) return "f32";
    throw error;
  }
}

/** An integer, wrapped to the bits of a type. */
export function wrapped(x: number, { narrow, name }: ElementType): number {
  if (name === "UINT8") return x & 0xff;
  if (narrow === null) return x;
  const shift = 32 - narrow.bits;
  return narrow.signed ? (x << shift) >> shift : (x << shift) >>> shift;
}
