import { createRequire } from "node:module";
import {
  type MobileNetV2,
  mobileNetV2FromKeras,
  readTfjsWeights,
  type TfjsGroup,
} from "@wgrad/models";

/** Files of nsfwjs (MIT; the weights Keras's, Apache-2.0) that hold a MobileNetV2: only its weights are read. */
const FOLDER = "dist/models/mobilenet_v2";

/** MobileNetV2 as npm brings it, its 8-bit weights widened. Its own head is left out. */
export function loadMobileNet(): MobileNetV2 {
  const require = createRequire(import.meta.url);
  const own = require.resolve("nsfwjs");
  const base = own.slice(0, own.lastIndexOf("dist")) + FOLDER;
  const { weightsManifest } = require(`${base}/model.min.js`) as { weightsManifest: TfjsGroup[] };
  const text = require(`${base}/group1-shard1of1.min.js`) as string | { default: string };
  const bytes = Buffer.from(typeof text === "string" ? text : text.default, "base64");
  const [path] = (weightsManifest[0] as TfjsGroup).paths as [string];
  return mobileNetV2FromKeras(readTfjsWeights(weightsManifest, { [path]: bytes }));
}
