import { library } from "../../tsdown.base.ts";

export default library([
  "src/index.ts",
  "src/plugin.ts",
  "src/node.ts",
  "src/testing/index.ts",
  "src/safetensors.ts",
  "src/saving.ts",
  "src/fft.ts",
  "src/func.ts",
]);
