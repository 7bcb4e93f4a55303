import { init, manualSeed, randn, memory } from "@wgrad/autograd";
import { Net, nextBatch, squaredError } from "./world.ts";
await init({ device: process.argv[2] as "cpu" });
manualSeed(0);
const net = new Net(randn([64]), randn([64]));
for (let step = 1; step <= 10_000; step++) {
  await nextBatch();
  const loss = squaredError(net.call(randn([8, 64])), randn([8, 64]));
  net.learn(loss, 1e-4);
  if (step % 10 === 0) await loss.item();
  if (step % 2000 === 0) { (globalThis as any).gc(); await new Promise(r=>setTimeout(r,5)); (globalThis as any).gc(); const m=process.memoryUsage(); console.log(step, m.heapUsed/1e6|0, m.heapTotal/1e6|0, m.external/1e6, m.arrayBuffers/1e6, m.rss/1e6|0, JSON.stringify(memory().bytes)); }
}
process.exit(0);
