/** Reads ONNX files as trainable modules, and writes modules as ONNX files. */

export { OnnxError } from "./onnx/error.ts";
export { type ExportOnnxOptions, exportOnnx } from "./onnx/export.ts";
export { type OnnxInput, OnnxModule, type OnnxOutputs } from "./onnx/module.ts";
export { loadOnnx, type ReadOnnxOptions, readOnnx } from "./onnx/read.ts";
