import { init, tensor } from "@wgrad/autograd";
import { loadSentiment } from "@wgrad/datasets/data";
import { partsOf, vectorsOf, wordWeights } from "/work/models/apps/demos/src/sentences/data.ts";
import { loadSentenceEncoder } from "/work/models/apps/demos/src/sentences/encoder.ts";
import { accuracyOfFew } from "/work/models/apps/demos/src/sentences/labels.ts";
import { cosinesOf, nearest, sameKind } from "/work/models/apps/demos/src/sentences/search.ts";
await init({ device: "wasm" });
const { train, test } = partsOf(await loadSentiment(), 3000);
const enc = loadSentenceEncoder();
const say = ["The film was far too long.","The movie just would not end.","My new headphones broke within a week.","The earphones stopped working after a few days.","We waited an hour for our soup."];
console.log((await cosinesOf(await vectorsOf(enc, say))).map(r=>r.map(x=>x.toFixed(2)).join(" ")).join("\n"));
let t = performance.now();
const a = await vectorsOf(enc, train.texts), b = await vectorsOf(enc, test.texts);
console.log("vectors", (performance.now()-t)|0); t = performance.now();
const [w, v] = wordWeights(train, test) as [any, any];
console.log("kind", await sameKind(test, b, train, a), await sameKind(test, v, train, w), (performance.now()-t)|0);
for (const count of [10, 30, 100, 300, 2000]) for (const C of [1, 3, 10, 30, 100]) {
  t = performance.now();
  const draws = count === 2000 ? 1 : 5;
  const e = await accuracyOfFew({ rows: a, labels: train.labels }, { rows: b, labels: test.labels }, { C, count, draws, seed: 0 });
  const t2 = performance.now();
  const f = await accuracyOfFew({ rows: w, labels: train.labels }, { rows: v, labels: test.labels }, { C, count, draws, seed: 0 });
  console.log(count, C, e.toFixed(3), f.toFixed(3), (t2-t)|0, (performance.now()-t2)|0);
}
process.exit(0)
