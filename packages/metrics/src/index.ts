export {
  accuracy,
  type BinaryAccuracyOptions,
  binaryAccuracy,
} from "./classification.ts";
export { meanSquaredError, r2Score } from "./regression.ts";
