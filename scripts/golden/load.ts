import { Generator } from "@wgrad/autograd";
import { readSafetensors, type TensorRecord } from "@wgrad/autograd/safetensors";
import { dtypeName } from "./names.ts";
import { fromRows, type Row } from "./rows.ts";

/** Absolute and relative tolerance. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/**
 * A value in the encoding of the files: plain JSON, or one of `{"tensor": …}`, `{"slice": …}` and
 * so on.
 */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly [key: string]: Encoded };

/** A case. Its group determines the optional parts; `golden/README.md` describes them. */
export interface Case {
  readonly id: string;
  readonly category: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly dtype: string;
  readonly tol: Tolerance;
  readonly tols?: Readonly<Record<string, Tolerance>>;
  readonly tol_wgsl?: Tolerance;
  readonly compare?: Readonly<Record<string, "up_to_column_sign" | "up_to_row_sign" | "shape">>;
  /** PyTorch's dtype of every input and output, if the files know it exactly. */
  readonly dtypes?: Readonly<Record<string, string>>;
  readonly args?: readonly Encoded[];
  readonly kwargs?: Readonly<Record<string, Encoded>>;
  readonly call?: readonly Encoded[];
  readonly call_kwargs?: Readonly<Record<string, Encoded>>;
  readonly prep?: Readonly<Record<string, readonly (readonly [string, ...Encoded[]])[]>>;
  readonly cots?: Readonly<Record<string, string>>;
  readonly grads?: Readonly<Record<string, string>>;
  readonly ctor_tensors?: readonly string[];
  readonly mode?: "train" | "eval";
  readonly state?: readonly string[];
  readonly state_after?: Readonly<Record<string, string>>;
  readonly source?: string;
  /** Shape of zeros with which the module was called once before its state was loaded. */
  readonly lazy?: readonly number[];
  readonly op?: string;
  /** Whether the call changes its first argument, which is the output. */
  readonly inplace?: boolean;
  /** Field of the result that is compared. */
  readonly result?: string;
  /**
   * Inputs and outputs that are complex in PyTorch, stored with a last dimension of real and
   * imaginary part.
   */
  readonly complex?: readonly string[];
  /**
   * PyTorch refuses the call with this `error`; `gap`: only because it has no kernel for the dtype.
   */
  readonly raises?: boolean;
  readonly gap?: boolean;
  readonly error?: string;
  readonly module?: string;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly scheduler?: string;
  readonly metric?: string;
  readonly init?: string;
  readonly module_init?: string;
  readonly trajectory?: string;
  readonly example?: string;
  readonly seeded?: string;
  readonly printed?: string;
  readonly promotion?: string;
  /** Estimators of scikit-learn and functions of scipy. */
  readonly estimator?: string;
  readonly function?: string;
  /**
   * Python, one statement a line. The names in `returns` are compared afterwards; `values` has
   * those that are not tensors.
   */
  readonly program?: string;
  readonly returns?: readonly string[];
  readonly values?: Readonly<Record<string, unknown>>;
  /** Fields of optimizers, trajectories and examples. */
  readonly [more: string]: unknown;
}

/** A group of cases. */
export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
  /** The stored tensor `name` of a case. */
  readonly tensor: (id: string, name: string) => TensorRecord;
}

/**
 * A group from the text of its `.json` and the bytes of its `.safetensors` file, which tables of
 * rows do not have.
 */
export function loadGroup(name: string, json: string, bytes: Uint8Array | null): Group {
  const parsed = JSON.parse(json) as { cases: readonly Case[] } | { rows: readonly Row[] };
  if ("rows" in parsed) return fromRows(name, parsed.rows);
  if (bytes === null) throw new Error(`golden ${name}: no ${name}.safetensors`);
  const { cases } = parsed;
  const { tensors } = readSafetensors(bytes);
  const dtypes = new Map(cases.map((item) => [item.id, item.dtypes]));
  return {
    name,
    cases,
    tensor(id, tensor) {
      const stored = tensors[`${id}/${tensor}`];
      if (stored === undefined) throw new Error(`golden ${name}: no tensor ${id}/${tensor}`);
      if (stored.dtype === "u8") return { ...stored, dtype: "bool" };
      const exact = dtypes.get(id)?.[tensor];
      if (exact === undefined || dtypeName(exact) !== "u8") return stored;
      return { ...stored, dtype: "u8", data: Uint8Array.from(stored.data) };
    },
  };
}

/** PyTorch's dotted name of the subject of a case. */
export function subject(item: Case): string {
  const name =
    item.scheduler ??
    item.op ??
    item.module ??
    item.loss ??
    item.optimizer ??
    item.metric ??
    item.init ??
    item.module_init ??
    item.trajectory ??
    item.example ??
    item.seeded ??
    item.printed ??
    item.promotion ??
    item.estimator ??
    item.function ??
    item.program ??
    item.kind;
  if (typeof name !== "string") throw new Error(`golden: case ${item.id} names nothing to call`);
  return name;
}

/** One case in `every`, always the same ones. */
export function sampleOf(cases: readonly Case[], every: number): readonly Case[] {
  const order = new Generator(0).permutation(cases.length);
  return [...order.subarray(0, Math.ceil(cases.length / every))].map((i) => cases[i] as Case);
}
