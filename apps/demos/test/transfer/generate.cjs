// Writes mobilenet.json: what TensorFlow.js gives for nsfwjs's MobileNetV2 backbone, on an image of 96 × 96.
// node generate.cjs (in a folder with @tensorflow/tfjs 4.22.0 and nsfwjs 4.3.0)
const tf = require("@tensorflow/tfjs");
const fs = require("fs");
const path = process.env.NSFWJS || require("path").dirname(require.resolve("nsfwjs/package.json"));
const { modelTopology, weightsManifest } = require(`${path}/dist/models/mobilenet_v2/model.min.js`);
const raw = require(`${path}/dist/models/mobilenet_v2/group1-shard1of1.min.js`);
const data = Buffer.from(raw.default ?? raw, "base64");
const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
(async () => {
  await tf.setBackend("cpu");
  const whole = await tf.loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs,
      weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
    }),
  });
  const last = whole.layers.find(({ name }) => name === "out_relu");
  const backbone = tf.model({ inputs: whole.inputs, outputs: last.output });
  const size = 224;
  const pixels = Float32Array.from({ length: size * size * 3 }, (_, i) =>
    Math.fround(Math.sin(i * 0.013) * Math.cos(i * 0.0007)),
  );
  const out = backbone.predict(tf.tensor4d(pixels, [1, size, size, 3])).mean([1, 2]);
  const means = [...(await out.data())].map((x) => Math.fround(x));
  fs.writeFileSync("mobilenet.json", JSON.stringify({ size, means }));
  console.log(out.shape, means.slice(0, 5));
})();
