import { readSafetensors, type TensorRecord } from "@wgrad/autograd/safetensors";

export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** A value as the files encode it: plain JSON, or one of `{"tensor": …}`, `{"slice": …}` and so on. */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly [key: string]: Encoded };

/** One case. Which of the optional parts it has depends on its group; `golden/README.md` describes them all. */
export interface Case {
  readonly id: string;
  readonly category: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly dtype: string;
  readonly tol: Tolerance;
  readonly tols?: Readonly<Record<string, Tolerance>>;
  readonly tol_wgsl?: Tolerance;
  readonly compare?: Readonly<Record<string, "up_to_column_sign" | "up_to_row_sign">>;
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
  readonly op?: string;
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
  /** Of optimizers, trajectories and examples. */
  readonly [more: string]: unknown;
}

export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
  /** The stored tensor `name` of a case. */
  readonly tensor: (id: string, name: string) => TensorRecord;
}

/** A group from the text of its `.json` and the bytes of its `.safetensors`. */
export function loadGroup(name: string, json: string, bytes: Uint8Array): Group {
  const { cases } = JSON.parse(json) as { cases: readonly Case[] };
  const { tensors } = readSafetensors(bytes);
  return {
    name,
    cases,
    tensor(id, tensor) {
      const stored = tensors[`${id}/${tensor}`];
      if (stored === undefined) throw new Error(`golden ${name}: no tensor ${id}/${tensor}`);
      return stored.dtype === "u8" ? { ...stored, dtype: "bool" } : stored;
    },
  };
}

/** PyTorch's dotted name of what a case is about. */
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
    item.promotion;
  if (name === undefined) throw new Error(`golden: case ${item.id} says nothing to call`);
  return name;
}
