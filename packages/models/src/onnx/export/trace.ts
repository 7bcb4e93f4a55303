import { noGrad, Tensor, type TypedArray } from "@wgrad/autograd";
import { type Recorded, type RecordedNode, recorded } from "@wgrad/autograd/plugin";
import type { AnyModule } from "@wgrad/nn";
import { OnnxError } from "../error.ts";
import { isLayer } from "./layers.ts";

/** A call of a layer that is written as a single operator. */
export interface Call {
  readonly module: AnyModule;
  readonly inputs: readonly Recorded[];
  readonly outputs: readonly Recorded[];
}

/** A recording of a model's call. */
export interface Traced {
  /** The copy of each node in this recording. */
  readonly copies: ReadonlyMap<RecordedNode, RecordedNode>;
  /** Names of inputs, parameters and buffers by their nodes. */
  readonly names: ReadonlyMap<RecordedNode, string>;
  /** The values of parameters and buffers. */
  readonly state: ReadonlyMap<RecordedNode, TypedArray>;
  readonly calls: readonly Call[];
  /** The index of the call that returned a node. */
  readonly callOf: ReadonlyMap<RecordedNode, number>;
  /** Outputs by name. */
  readonly outputs: readonly {
    readonly name: string;
    readonly tensor: Tensor;
    readonly at: Recorded;
  }[];
}

/** The tensors in a value, also in arrays, plain objects and results, with their names. */
export function tensorsIn(value: unknown, name: string): [string, Tensor][] {
  if (value instanceof Tensor) return [[name, value]];
  if (Array.isArray(value)) return value.flatMap((one, i) => tensorsIn(one, `${name}_${i}`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => tensorsIn(one, key));
}

/** Whether a layer was called with tensors only. */
const isPlain = (inputs: readonly unknown[]): boolean =>
  inputs.every((one) => one == null || one instanceof Tensor || Array.isArray(one));

const all = (value: unknown): Recorded[] => tensorsIn(value, "").map(([, x]) => recorded(x));

/**
 * Copies a node and its operands: the next call of the model runs them, and they lose their inputs.
 */
function copied(node: RecordedNode, copies: Map<RecordedNode, RecordedNode>): RecordedNode {
  const known = copies.get(node);
  if (known !== undefined) return known;
  const { op, views, shape, dtype, attrs, scalars, storage } = node;
  const inputs = node.inputs.map((input) => copied(input, copies));
  const copy = { op, views, shape, dtype, attrs, scalars, storage, inputs };
  copies.set(node, copy);
  return copy;
}

/** A parameter or buffer with its values. */
export interface State {
  readonly name: string;
  readonly tensor: Tensor;
  readonly data: TypedArray;
}

/** Calls the model without gradients and keeps the recording. Nothing runs. */
export function trace(
  model: AnyModule,
  inputs: readonly (readonly [string, Tensor])[],
  args: readonly unknown[],
  state: readonly State[],
): Traced {
  const calls: Call[] = [];
  const callOf = new Map<RecordedNode, number>();
  const hooks = model.modules().flatMap((module) =>
    isLayer(module)
      ? [
          (module as unknown as AnyModule).registerForwardHook(((
            _: unknown,
            given: readonly unknown[],
            output: unknown,
          ) => {
            if (!isPlain(given)) return;
            const outputs = all(output);
            for (const { node } of outputs) callOf.set(node, calls.length);
            calls.push({ module, inputs: all(given), outputs });
          }) as never),
        ]
      : [],
  );
  try {
    const call = model as unknown as (...given: readonly unknown[]) => unknown;
    const outputs = tensorsIn(
      noGrad(() => call(...args)),
      "output",
    );
    if (outputs.length === 0) throw new OnnxError("exportOnnx: the model returns no tensor");
    const copies = new Map<RecordedNode, RecordedNode>();
    const kept = ({ node, view }: Recorded): Recorded => ({ node: copied(node, copies), view });
    const at = (tensor: Tensor): RecordedNode => kept(recorded(tensor)).node;
    return {
      copies,
      outputs: outputs.map(([name, tensor]) => ({ name, tensor, at: kept(recorded(tensor)) })),
      calls: calls.map(({ module, inputs: given, outputs: results }) => ({
        ...{ module, inputs: given.map(kept), outputs: results.map(kept) },
      })),
      callOf: new Map([...callOf].map(([node, call]) => [copied(node, copies), call])),
      names: new Map([
        ...inputs.map(([name, tensor]) => [at(tensor), name] as const),
        ...state.map(({ name, tensor }) => [at(tensor), name] as const),
      ]),
      state: new Map(state.map(({ tensor, data }) => [at(tensor), data])),
    };
  } finally {
    for (const hook of hooks) hook.remove();
  }
}
