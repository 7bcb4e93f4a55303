import { cat, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "@wgrad/nn";
import { OnnxError } from "./error.ts";
import { type Dims, isFixed, type Pair, pairs } from "./export/dims.ts";
import { Exporter } from "./export/exporter.ts";
import { writtenType } from "./export/nodes.ts";
import { type State, tensorsIn, trace } from "./export/trace.ts";
import { Writer } from "./export/writer.ts";

/** Settings of `exportOnnx`. */
export interface ExportOnnxOptions {
  /**
   * Names of the input tensors, in order (default "input", or "input_0" and so on if there are
   * several).
   */
  readonly inputNames?: readonly string[];
  /**
   * Names of the output tensors (default "output", or "output_0" and so on; named results keep
   * their names).
   */
  readonly outputNames?: readonly string[];
  /** Whether the first dimension of the inputs is a batch of any size (default true). */
  readonly dynamicBatch?: boolean;
}

/**
 * The bytes of an ONNX model (opset 17) that computes `model` in evaluation mode, for inputs like
 * `exampleInputs`. It contains what `model(...exampleInputs)` records; parameters and buffers are
 * initialisers under their state-dict names. The first dimension of the first input, and of other
 * inputs of the same size there, is a batch of any size. Integers have 64 bits in the file.
 *
 * ```ts
 * writeFileSync("model.onnx", await exportOnnx(model, [images]));
 * ```
 *
 * Throws OnnxError with the name of an unsupported operation, or for a shape that depends on the
 * batch in another way than by a factor.
 */
export async function exportOnnx(
  model: AnyModule,
  exampleInputs: Tensor | readonly unknown[],
  options: ExportOnnxOptions = {},
): Promise<Uint8Array> {
  checkCall(
    "exportOnnx(model: module, exampleInputs: tensor | array, { inputNames, outputNames, dynamicBatch: boolean })",
    arguments,
  );
  const args = exampleInputs instanceof Tensor ? [exampleInputs] : exampleInputs;
  const state = await stateOf(model);
  const modules = model.modules();
  const modes = modules.map(({ training }) => training);
  model.eval();
  try {
    return write(model, args, state, options);
  } finally {
    modules.forEach((module, i) => {
      module.training = modes[i] as boolean;
    });
  }
}

/** Parameters and buffers with their values; tied ones once. */
async function stateOf(model: AnyModule): Promise<State[]> {
  const named = [...model.namedParameters(), ...model.namedBuffers()];
  return Promise.all(
    named.map(async ([name, tensor]) => ({ name, tensor, data: await tensor.data() })),
  );
}

function write(
  model: AnyModule,
  args: readonly unknown[],
  state: readonly State[],
  { inputNames, outputNames, dynamicBatch = true }: ExportOnnxOptions,
): Uint8Array {
  const examples = tensorsIn(args, "input").map(([, x]) => x);
  const [first] = examples;
  if (first === undefined) throw new OnnxError("exportOnnx: the example inputs contain no tensor");
  const names = named("inputNames", inputNames, examples.length, "input");
  const batch = first.shape[0];
  const sizes: Pair | null =
    dynamicBatch && batch !== undefined && batch > 0
      ? [Math.max(batch, 2), Math.max(batch, 2) + 1]
      : null;
  const record = (size: number | null) => {
    const given = sized(args, batch, size) as readonly unknown[];
    const tensors = tensorsIn(given, "input").map(([, x], i) => [names[i] as string, x] as const);
    return { tensors, traced: trace(model, tensors, given, state) };
  };
  const a = record(sizes?.[0] ?? null);
  const b = record(sizes?.[1] ?? null);
  const given = a.traced.outputs;
  const results = named(
    "outputNames",
    outputNames ?? given.map(({ name }) => name),
    given.length,
    "",
  );
  const writer = new Writer(sizes === null ? null : { size: sizes, input: names[0] as string });
  for (const name of [...names, ...results, ...state.map((one) => one.name)]) writer.fresh(name);
  const info = (name: string, { dtype }: Tensor, dims: Dims) => valueInfo(name, dtype, dims, sizes);
  const inputs = a.tensors.map(([name, x], i) => {
    const [, other] = b.tensors[i] as readonly [string, Tensor];
    return info(name, x, pairs(x.shape, other.shape));
  });
  const outputs = new Exporter(writer, [a.traced, b.traced])
    .outputs(results)
    .map((dims, i) => info(results[i] as string, (given[i] as (typeof given)[0]).tensor, dims));
  return writer.bytes(inputs, outputs);
}

function named(
  option: string,
  names: readonly string[] | undefined,
  count: number,
  otherwise: string,
): readonly string[] {
  const all =
    names ??
    Array.from({ length: count }, (_, i) => (count === 1 ? otherwise : `${otherwise}_${i}`));
  if (all.length === count && new Set(all).size === count) return all;
  throw new OnnxError(`exportOnnx: ${option} has ${all.length} names for ${count} tensors`);
}

/** The arguments with `size` rows instead of `batch`: the first ones, repeated if necessary. */
function sized(value: unknown, batch: number | undefined, size: number | null): unknown {
  if (Array.isArray(value)) return value.map((one) => sized(one, batch, size));
  if (!(value instanceof Tensor)) return value;
  const own = value.shape[0];
  if (size === null || own !== batch || own === size) return noGrad(() => value.clone());
  return noGrad(() => {
    const more = Array.from({ length: size - (own as number) }, () => value.narrow(0, 0, 1));
    return cat([value, ...more]);
  });
}

/** A name with its element type and shape; dimensions that depend on the batch have a name. */
function valueInfo(name: string, dtype: Tensor["dtype"], dims: Dims, batch: Pair | null) {
  const dim = dims.map((pair) => {
    if (isFixed(pair)) return { value: { case: "dimValue" as const, value: BigInt(pair[0]) } };
    const times = pair[0] / (batch?.[0] ?? 1);
    const value = times === 1 ? "batch" : `batch_times_${times}`;
    return { value: { case: "dimParam" as const, value } };
  });
  const value = { elemType: writtenType(dtype).code, shape: { dim } };
  return { name, type: { value: { case: "tensorType" as const, value } } };
}
