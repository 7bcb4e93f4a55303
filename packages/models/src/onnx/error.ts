/** A fault or an unsupported feature of an ONNX file. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}
