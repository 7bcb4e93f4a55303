import { fromBinary } from "@bufbuild/protobuf";
import { checkCall } from "@wgrad/autograd/plugin";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import { bytesAt } from "./bytes.ts";
import { OnnxError } from "./error.ts";
import { graphOf, protosIn } from "./graph.ts";
import { OnnxModule } from "./module.ts";
import { type ExternalData, locationsOf } from "./tensor-proto.ts";

/** Settings of `readOnnx`. */
export interface ReadOnnxOptions {
  /** Bytes of external weight files, by the location that the model names. */
  readonly externalData?: ExternalData;
}

/**
 * The module of an ONNX model: its weights are parameters, and it runs with tensors. It is in
 * evaluation mode.
 *
 * Throws OnnxError with the names of all unsupported nodes, before anything runs.
 */
export function readOnnx(
  bytes: Uint8Array | ArrayBuffer,
  options: ReadOnnxOptions = {},
): OnnxModule {
  checkCall("readOnnx(bytes: any, { externalData })", arguments);
  const data = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  return new OnnxModule(graphOf(parsed(data), options.externalData ?? {}));
}

function parsed(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new OnnxError(`readOnnx: this is not an ONNX file: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * `readOnnx` of a file: a path in Node, a URL, a Blob or bytes. External weight files are read from
 * the same folder.
 *
 * ```ts
 * const model = await loadOnnx("model.onnx");
 * const { logits } = model({ x: images });
 * ```
 */
export async function loadOnnx(
  source: string | URL | Blob | Uint8Array | ArrayBuffer,
): Promise<OnnxModule> {
  checkCall("loadOnnx(source: any)", arguments);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return readOnnx(source);
  if (source instanceof Blob) return readOnnx(await source.arrayBuffer());
  const model = parsed(await bytesAt(String(source)));
  const folder = String(source).replace(/[^/\\]*$/, "");
  const externalData: Record<string, Uint8Array> = {};
  for (const location of locationsOf(protosIn(model))) {
    if (/^\/|\.\./.test(location)) {
      throw new OnnxError(
        `loadOnnx: the location ${JSON.stringify(location)} is outside the model's folder`,
      );
    }
    externalData[location] = await bytesAt(folder + location);
  }
  return new OnnxModule(graphOf(model, externalData));
}
