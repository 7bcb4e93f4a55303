/** Safetensors files as bytes. `saving.ts` reads and writes files. */

export { readSafetensors, writeSafetensors } from "./safetensors/file.ts";
export {
  decodeElements,
  SafetensorsError,
  type SafetensorsFile,
  type TensorRecord,
} from "./safetensors/format.ts";
