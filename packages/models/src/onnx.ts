/** ONNX files: read into modules that train, and written of modules. */

export { OnnxError } from "./onnx/error.ts";
export { type ExportOnnxOptions, exportOnnx } from "./onnx/export.ts";
export { type OnnxInput, OnnxModule, type OnnxOutputs } from "./onnx/module.ts";
export { loadOnnx, type ReadOnnxOptions, readOnnx } from "./onnx/read.ts";
