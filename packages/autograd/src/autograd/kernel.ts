import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { type Op, registerOp } from "../graph/op.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { checkOperand, checkOutput, recordCustom } from "../ops/core/custom.ts";
import { lowering } from "../ops/core/custom-lowering.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { applyFunction, type FunctionContext } from "./function.ts";
import { recomputedVjp } from "./vjp.ts";

type Names = Readonly<Record<string, unknown>>;
/** A value for each of these names. */
export type Each<N extends Names, T> = { readonly [name in keyof N]: T };

/** Types of a kernel's buffers in WGSL. A bool is a u32 there. */
export type KernelDType = "f32" | "i32" | "u32" | "bool";

/** A custom kernel: WGSL, the same in tensor ops, and its gradient. */
export interface KernelSpec<I extends Names, O extends Names, S extends Names> {
  readonly name: string;
  /** The inputs: `array<…>` under these names in WGSL, contiguous and row-major. */
  readonly inputs: I & Readonly<Record<string, KernelDType>>;
  /**
   * The outputs: arrays under these names, of dtype `dtype`, with shapes computed from those of the
   * inputs.
   */
  readonly outputs: O & Readonly<Record<string, (shapes: Each<I, Shape>) => Shape>>;
  /** The dtype of the outputs (f32). */
  readonly dtype?: KernelDType;
  /** Numbers that each call passes: `u.name` in WGSL. Another value needs no compilation. */
  readonly scalars?: S & Readonly<Record<string, "f32" | "i32" | "u32">>;
  /** Numbers that follow from the shapes: `u.name` in WGSL, u32. */
  readonly sizes?: (shapes: Each<I, Shape>) => Readonly<Record<string, number>>;
  /**
   * WGSL with `fn kernel(thread: u32, group: u32, local: u32)`: the index of the thread, of its
   * workgroup,
   * and within the workgroup. Threads of the last workgroup may be past the end.
   */
  readonly wgsl: string;
  /** Threads per workgroup (64). */
  readonly workgroup?: number;
  /** The number of workgroups. */
  readonly grid: (shapes: Each<I, Shape>) => number;
  /** The same in tensor ops. It runs on the cpu device, and `testKernel` compares with it. */
  readonly reference: (inputs: Each<I, Tensor>, scalars: Each<S, number>) => Each<O, Tensor>;
  /**
   * dL/dinputs from dL/doutputs in tensor ops or kernels; null where there is none. Default: the
   * gradient
   * of `reference`, which is computed again.
   */
  readonly vjp?: (
    gradients: Each<O, Tensor>,
    inputs: Each<I, Tensor>,
    outputs: Each<O, Tensor>,
    scalars: Each<S, number>,
  ) => { readonly [name in keyof I]: Tensor | null };
}

/** A kernel as an operation: tensors by name, numbers by name → outputs by name. */
export interface DefinedKernel<I extends Names, O extends Names, S extends Names> {
  (
    inputs: Each<I, Tensor>,
    ...scalars: Record<never, never> extends S
      ? [scalars?: Each<S, number>]
      : [scalars: Each<S, number>]
  ): Each<O, Tensor>;
  readonly spec: KernelSpec<I, O, S>;
}

/**
 * Defines an operation with its own WebGPU kernel. On other devices (and for f64) it is its
 * `reference`.
 * Its gradient is `vjp` on all devices. Shapes and dtypes are checked at each call. Throws
 * ShapeError,
 * DTypeError, ArgumentError.
 */
export function defineKernel<
  I extends Readonly<Record<string, KernelDType>>,
  O extends Readonly<Record<string, (shapes: Each<I, Shape>) => Shape>>,
  S extends Readonly<Record<string, "f32" | "i32" | "u32">> = Record<never, never>,
>(spec: KernelSpec<I, O, S>): DefinedKernel<I, O, S> {
  const names = Object.keys(spec.inputs) as string[];
  const outputNames = Object.keys(spec.outputs);
  const scalarTypes = (spec.scalars ?? {}) as Readonly<Record<string, DType>>;
  const scalarNames = Object.keys(scalarTypes);
  checkNames(spec.name, [...names, ...outputNames], scalarNames);
  let op: Op | null = null;

  const launch = (inputs: Tensor[], scalars: readonly number[]): Tensor[] => {
    const shapes = named(
      names,
      inputs.map(({ shape }) => shape),
    ) as Each<I, Shape>;
    const sizes = spec.sizes?.(shapes) ?? {};
    const groups = spec.grid(shapes);
    for (const [name, value] of Object.entries({ ...sizes, grid: groups })) {
      if (Number.isInteger(value) && value >= 0) continue;
      throw new ArgumentError(
        `${spec.name}: ${name} must be a whole number, 0 or more, got ${value}`,
      );
    }
    op ??= registerOp({
      name: spec.name,
      meaning: {
        kind: "custom",
        inputs: names,
        outputs: outputNames,
        sizes: Object.keys(sizes),
        scalars: scalarNames,
        scratch: [],
        workgroup: spec.workgroup ?? 64,
        wgsl: spec.wgsl,
        algorithm: null,
        lowering,
      },
      scalarTypes: scalarNames.map((name) => scalarTypes[name] as DType),
      saves: [],
    });
    return recordCustom(op, inputs, {
      shapes: outputNames.map((name) =>
        (spec.outputs[name] as (of: Each<I, Shape>) => Shape)(shapes),
      ),
      dtype: spec.dtype ?? "f32",
      sizes: Object.values(sizes),
      scalars,
      groups,
    });
  };

  const reference = (inputs: readonly Tensor[], scalars: readonly number[]): Tensor[] => {
    const outputs = spec.reference(
      named(names, inputs) as Each<I, Tensor>,
      named(scalarNames, scalars) as Each<S, number>,
    ) as Readonly<Record<string, Tensor>>;
    const shapes = named(
      names,
      inputs.map(({ shape }) => shape),
    ) as Each<I, Shape>;
    return outputNames.map((name) => {
      const shape = (spec.outputs[name] as (of: Each<I, Shape>) => Shape)(shapes);
      return checkOutput(spec.name, name, outputs[name], shape);
    });
  };

  const kernel = (given: Each<I, Tensor>, numbers?: Each<S, number>): Each<O, Tensor> => {
    const inputs = names.map((name) => {
      const x = (given as Readonly<Record<string, Tensor>>)[name];
      checkTensor(`${spec.name}: ${name}`, x);
      return x;
    });
    const scalars = scalarNames.map((name) => {
      const value = (numbers as Readonly<Record<string, number>> | undefined)?.[name];
      if (typeof value === "number") return value;
      throw new ArgumentError(`${spec.name}: expected a number for ${name}, got ${value}`);
    });
    const onDevice = inputs[0]?.node.stream.language === "wgsl";
    if (onDevice) {
      for (const [i, x] of inputs.entries())
        checkOperand(spec.name, names[i] as string, x, spec.inputs[names[i] as string] as DType);
    }
    const made = applyFunction(
      {
        name: spec.name,
        forward(ctx: FunctionContext, ...operands: Tensor[]): Tensor[] {
          const outputs = onDevice ? launch(operands, scalars) : reference(operands, scalars);
          ctx.saveForBackward(...operands, ...outputs);
          return outputs;
        },
        backward(ctx: FunctionContext, ...gradients: Tensor[]): readonly (Tensor | null)[] {
          const saved = ctx.savedTensors;
          const operands = saved.slice(0, names.length);
          if (spec.vjp === undefined)
            return recomputedVjp((...again) => reference(again, scalars), operands, gradients);
          const found = spec.vjp(
            named(outputNames, gradients) as Each<O, Tensor>,
            named(names, operands) as Each<I, Tensor>,
            named(outputNames, saved.slice(names.length)) as Each<O, Tensor>,
            named(scalarNames, scalars) as Each<S, number>,
          ) as Readonly<Record<string, Tensor | null>>;
          return names.map((name) => found[name] ?? null);
        },
      },
      inputs,
    );
    return named(outputNames, made) as Each<O, Tensor>;
  };
  return Object.assign(kernel, { spec }) as unknown as DefinedKernel<I, O, S>;
}

/** Throws unless names are identifiers, unique, and not used by the surrounding WGSL. */
function checkNames(call: string, arrays: readonly string[], scalars: readonly string[]): void {
  const taken = new Set(["u", "kernel", "main", "Numbers"]);
  for (const name of arrays) {
    if (!/^[a-zA-Z]\w*$/.test(name) || taken.has(name))
      throw new ArgumentError(
        `defineKernel: ${call}: ${name} is not a valid name of an array, or is used twice`,
      );
    taken.add(name);
  }
  for (const name of scalars) {
    if (!/^[a-zA-Z]\w*$/.test(name))
      throw new ArgumentError(`defineKernel: ${call}: ${name} is not a valid name of a number`);
  }
}

/** Values by name. */
const named = <T>(names: readonly string[], values: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name, i) => [name, values[i] as T]));
