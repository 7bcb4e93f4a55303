import { checkCall } from "@wgrad/autograd/plugin";
import { decodeElements, type TensorRecord } from "@wgrad/autograd/safetensors";
import { ReaderError } from "./error.ts";

/** A tensor in a TensorFlow.js `model.json`. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Integers n that represent min + scale · n, or halves. */
  readonly quantization?: {
    readonly dtype: string;
    readonly min?: number;
    readonly scale?: number;
  };
}

/** Files and the tensors that they hold one after another. */
export interface TfjsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly TfjsWeight[];
}

/** File dtypes by TensorFlow.js's names. */
const TYPES: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  float32: ["F32", 4],
  float16: ["F16", 2],
  int32: ["I32", 4],
  uint16: ["U16", 2],
  uint8: ["U8", 1],
  bool: ["BOOL", 1],
};

/**
 * The tensors of a TensorFlow.js layers or graph model: `manifest` is the `weightsManifest` of its
 * `model.json`, `files` has the bytes of each path. Quantized weights (uint8, uint16, float16)
 * become f32.
 *
 * Throws ReaderError if a file is missing or has the wrong length, and for strings and complex
 * numbers.
 */
export function readTfjsWeights(
  manifest: readonly TfjsGroup[],
  files: Readonly<Record<string, Uint8Array>>,
): Record<string, TensorRecord> {
  checkCall("readTfjsWeights(manifest: array, files: object)", arguments);
  const found: Record<string, TensorRecord> = {};
  for (const { paths, weights } of manifest) {
    const bytes = joined(paths, files);
    let at = 0;
    for (const weight of weights) {
      const [type, width] = typeOf(weight);
      const length = weight.shape.reduce((a, b) => a * b, 1) * width;
      if (at + length > bytes.length)
        throw new ReaderError(
          `readTfjsWeights: ${weight.name} extends beyond the end of its files`,
        );
      const { dtype, data } = decodeElements(type, bytes.slice(at, at + length), weight.name);
      at += length;
      found[weight.name] =
        weight.quantization === undefined
          ? { dtype, shape: weight.shape, data }
          : { dtype: "f32", shape: weight.shape, data: dequantised(weight, data) };
    }
    if (at !== bytes.length)
      throw new ReaderError(
        `readTfjsWeights: ${paths.join(", ")}: ${bytes.length - at} bytes are not used`,
      );
  }
  return found;
}

function typeOf({ name, dtype, quantization }: TfjsWeight): readonly [string, number] {
  const type = TYPES[quantization?.dtype ?? dtype];
  if (type !== undefined) return type;
  throw new ReaderError(`readTfjsWeights: ${name} is ${dtype}, which is not supported`);
}

function dequantised({ quantization }: TfjsWeight, data: TensorRecord["data"]): Float32Array {
  const { min = 0, scale = 1 } = quantization ?? {};
  return Float32Array.from(data, (value) => min + scale * value);
}

function joined(paths: readonly string[], files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = paths.map((path) => {
    const bytes = files[path];
    if (bytes === undefined) throw new ReaderError(`readTfjsWeights: there is no file ${path}`);
    return bytes;
  });
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
