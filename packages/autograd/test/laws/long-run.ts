/**
 * Runs in a process of its own: so many steps, and the resident memory after the first of them and after all.
 */
import { init, manualSeed, randn } from "@wgrad/autograd";
import { Net, nextBatch, squaredError } from "./world.ts";

const device = process.argv[2] as "cpu" | "wasm" | "webgpu";
const first = Number(process.argv[3]);
const steps = Number(process.argv[4]);
const report: number[] = [];

await init({ device });
manualSeed(0);
const net = new Net(randn([64]), randn([64]));
for (let step = 1; step <= steps; step++) {
  await nextBatch();
  const loss = squaredError(net.call(randn([8, 64])), randn([8, 64]));
  net.learn(loss, 1e-4);
  if (step % 10 === 0) await loss.item();
  if (step !== first && step !== steps) continue;
  globalThis.gc?.();
  report.push(process.memoryUsage().rss);
}
console.log(JSON.stringify(report));
process.exit(0);
