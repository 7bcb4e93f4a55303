import type { KernelInput } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import type { Buffer, Expr } from "../kernel/expression.ts";
import { fourOf } from "../kernel/fours.ts";
import type { Loops } from "../kernel/loops.ts";
import { countUses, eachStatement } from "../kernel/walk.ts";

/** A buffer of a dispatch, and how the loops access it. */
export interface Accessed {
  readonly buffer: Buffer;
  dtype: DType;
  reads: boolean;
  writes: boolean;
  /** Whether there are accesses of four consecutive elements, of single ones, and single writes. */
  fours: boolean;
  singles: boolean;
  singleWrites: boolean;
}

/** A buffer's key. An input that is written in place has the key of its output. */
export function keyOf(buffer: Buffer, inputs: readonly KernelInput[]): string {
  if ("scratch" in buffer) return `scratch${buffer.scratch}`;
  if ("output" in buffer) return `out${buffer.output}`;
  const { inPlace = -1 } = inputs[buffer.input] ?? {};
  return inPlace >= 0 ? `out${inPlace}` : `in${buffer.input}`;
}

/** The buffers of the loops, in order of first use. */
export function accessesOf(
  { body }: Loops,
  inputs: readonly KernelInput[],
): ReadonlyMap<string, Accessed> {
  const found = new Map<string, Accessed>();
  const touch = (buffer: Buffer, dtype: DType, index: Expr, writes: boolean): void => {
    const key = keyOf(buffer, inputs);
    const known = found.get(key);
    const access = known ?? {
      buffer:
        "input" in buffer && key.startsWith("out") ? { output: Number(key.slice(3)) } : buffer,
      dtype,
      reads: false,
      writes: false,
      fours: false,
      singles: false,
      singleWrites: false,
    };
    if (known === undefined) found.set(key, access);
    if (writes) {
      access.writes = true;
      access.dtype = dtype;
    } else access.reads = true;
    if (fourOf(index) !== null) access.fours = true;
    else {
      access.singles = true;
      if (writes) access.singleWrites = true;
    }
  };
  countUses(body, [], (value) => {
    if (value.kind === "load") touch(value.buffer, value.dtype, value.index, false);
  });
  for (const statement of eachStatement(body)) {
    if (statement.do !== "store") continue;
    touch(statement.buffer, statement.dtype, statement.index, true);
  }
  return found;
}
