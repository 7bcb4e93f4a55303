import type { TensorRecord } from "@wgrad/autograd/safetensors";
import type { Case, Tolerance } from "./load.ts";
import { dtypeName } from "./names.ts";

/** Ops that consist of a WGSL built-in function, whose accuracy depends on the adapter. */
const BUILT_INS: ReadonlySet<string> = new Set<string>([]);

/** The tolerance of tensor `name` of a case on this device. */
export function toleranceOf(item: Case, name: string, device: string): Tolerance {
  const own = item.tols?.[name] ?? item.tol;
  const { tol_wgsl: wide } = item;
  if (device !== "webgpu" || wide === undefined || !BUILT_INS.has(item.op ?? "")) return own;
  return { atol: Math.max(own.atol, wide.atol), rtol: Math.max(own.rtol, wide.rtol) };
}

/** A difference from the reference. */
export interface Difference {
  /** Describes the difference in one line. */
  readonly reason: string;
}

/**
 * Compares a result with its reference: |x − ref| ≤ atol + rtol · |ref| for every element; NaN
 * equals NaN.
 */
export function compare(
  name: string,
  got: TensorRecord,
  reference: TensorRecord,
  { atol, rtol }: Tolerance,
  how?: "up_to_column_sign" | "up_to_row_sign" | "shape",
): Difference | null {
  const shapes = [got, reference].map(({ shape }) => `[${shape.join(", ")}]`);
  if (shapes[0] !== shapes[1])
    return { reason: `${name}: shape ${shapes[0]}, expected ${shapes[1]}` };
  if (how === "shape") return null;
  const data = how === undefined ? got.data : matchSigns(got, reference, how === "up_to_row_sign");
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number;
    const ref = reference.data[i] as number;
    if (x === ref || (Number.isNaN(x) && Number.isNaN(ref))) continue;
    const over = Math.abs(x - ref) - (atol + rtol * Math.abs(ref));
    if (over <= 0) continue;
    if (worst < 0 || !(over <= excess)) {
      worst = i;
      excess = over;
    }
  }
  if (worst < 0) return null;
  const [x, ref] = [data[worst] as number, reference.data[worst] as number];
  return {
    reason: `${name}[${worst}]: ${x}, expected ${ref} (off by ${Math.abs(x - ref)}, atol ${atol}, rtol ${rtol})`,
  };
}

/**
 * Functions whose dtype in PyTorch depends on whether a number is 7 or 7.0, which JavaScript cannot
 * distinguish.
 */
const DTYPE_OF_NUMBERS: ReadonlySet<string> = new Set(["torch.full", "torch.arange"]);

/** Compares dtypes as precisely as the files know them: exactly, or as float, integer or bool. */
export function compareDType(
  item: Case,
  name: string,
  got: string,
  reference: string,
): Difference | null {
  const exact = item.dtypes?.[name];
  if (exact !== undefined) {
    return got === dtypeName(exact) ? null : { reason: `${name}: dtype ${got}, expected ${exact}` };
  }
  if (kind(got) === kind(reference) || DTYPE_OF_NUMBERS.has(item.op ?? "")) return null;
  return { reason: `${name}: dtype ${got}, expected ${reference}` };
}

function kind(dtype: string): string {
  if (dtype === "bool") return "bool";
  return dtype === "f32" || dtype === "f64" ? "float" : "integer";
}

/** `got` with the sign of each column (or row) matched to its reference. */
function matchSigns(got: TensorRecord, reference: TensorRecord, rows: boolean): Float64Array {
  const width = got.shape.at(-1) ?? 1;
  const height = got.shape.at(-2) ?? 1;
  const data = Float64Array.from(got.data);
  const lineOf = (i: number): number =>
    rows ? Math.floor(i / width) : Math.floor(i / (width * height)) * width + (i % width);
  const dots = new Map<number, number>();
  data.forEach((x, i) => {
    dots.set(lineOf(i), (dots.get(lineOf(i)) ?? 0) + x * (reference.data[i] as number));
  });
  return data.map((x, i) => x * Math.sign(dots.get(lineOf(i)) as number));
}
