import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { OnnxError, readOnnx } from "@wgrad/models/onnx";
import { type GraphProto, ModelProtoSchema, TensorProtoSchema } from "onnx-buf";
import { tensorValue } from "../../src/onnx/tensor-proto.ts";
import type { Value } from "../../src/onnx/value.ts";

/**
 * The folder of the cases: from a variable, else that of Debian's package `libonnx-testdata`
 * (Apache-2.0).
 */
export const folder: string =
  process.env.WGRAD_ONNX_TESTDATA ?? "/usr/share/libonnx-testdata/data/node";

/** A case: a model of a few nodes with inputs and outputs. */
export interface ConformanceCase {
  readonly name: string;
  readonly operators: readonly string[];
}

/** The outcome of a case: the outputs are right, reading refuses it by name, or neither. */
export interface ConformanceOutcome {
  readonly status: "right" | "refused" | "wrong";
  readonly reason: string;
}

/** Cases whose outputs differ, with the reason. */
export const unlike: Readonly<Record<string, string>> = {
  test_resize_downsample_scales_cubic_align_corners:
    "the corners of a fractional size: onnxruntime and PyTorch agree with this library",
  test_resize_downsample_scales_linear_align_corners: "the same",
  test_training_dropout: "numpy's random numbers",
  test_training_dropout_default: "numpy's random numbers",
  test_training_dropout_default_mask: "numpy's random numbers",
  test_training_dropout_mask: "numpy's random numbers",
};

/** The cases of the package; none if it is not installed. */
export function conformanceCases(): ConformanceCase[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const { graph } = fromBinary(ModelProtoSchema, read(name, "model.onnx"));
      return { name, operators: [...new Set(operatorsIn(graph))].sort() };
    });
}

const read = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(folder, ...path)));

const operatorsIn = (graph: GraphProto | undefined): string[] =>
  (graph?.node ?? []).flatMap(({ opType, attribute }) => [
    opType,
    ...attribute.flatMap(({ g }) => operatorsIn(g)),
  ]);

function valueAt(name: string, file: string): Value {
  const proto = fromBinary(TensorProtoSchema, read(name, SET, file));
  // the package declares UINT16 for the bits of bfloat16
  if (name.includes("BFLOAT16") && proto.dataType === UINT16) proto.dataType = BFLOAT16;
  return tensorValue(proto, {}, name);
}

const [UINT16, BFLOAT16] = [4, 16];

const SET = "test_data_set_0";
/** The tolerances of ONNX's own runner. */
const [RTOL, ATOL] = [1e-3, 1e-7];

/** Runs a case on the current device. */
export async function runConformance({ name }: ConformanceCase): Promise<ConformanceOutcome> {
  try {
    const model = readOnnx(read(name, "model.onnx"));
    const inputs = model.inputNames.flatMap((input, i) => {
      const file = `input_${i}.pb`;
      return existsSync(join(folder, name, SET, file))
        ? [[input, valueAt(name, file).tensor] as const]
        : [];
    });
    const outputs = Object.values(await model.run(Object.fromEntries(inputs)));
    const reasons: string[] = [];
    for (const [i, output] of outputs.entries()) {
      const { shape, data } = valueAt(name, `output_${i}.pb`).host;
      reasons.push(...differences(i, shape, data, output.shape, await output.data()));
    }
    return { status: reasons.length === 0 ? "right" : "wrong", reason: reasons.join("; ") };
  } catch (error) {
    const { message } = error as Error;
    const refused = error instanceof OnnxError && message.includes("not supported");
    return { status: refused ? "refused" : "wrong", reason: message.split("\n")[0] as string };
  }
}

function differences(
  i: number,
  wantedShape: readonly number[],
  wanted: ArrayLike<number>,
  shape: readonly number[],
  got: ArrayLike<number>,
): string[] {
  if (String(shape) !== String(wantedShape))
    return [`output ${i}: shape [${shape}], expected [${wantedShape}]`];
  for (let at = 0; at < got.length; at++) {
    const [x, y] = [Number(got[at]), Number(wanted[at])];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (!(Math.abs(x - y) <= ATOL + RTOL * Math.abs(y)))
      return [`output ${i}: ${x} at ${at}, expected ${y}`];
  }
  return [];
}
