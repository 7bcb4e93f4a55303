import { WgradError } from "@wgrad/autograd";

/** A fault or an unsupported feature of an ONNX file. */
export class OnnxError extends WgradError {
  static override readonly name: string = "OnnxError";
}
