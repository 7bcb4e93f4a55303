/** Program of tests: two threads train on WebGPU, and end in the middle in the way that is asked for. */
import { isMainThread, parentPort, SHARE_ENV, Worker } from "node:worker_threads";
import { init, randn } from "@wgrad/autograd";
import { watchThreads } from "@wgrad/autograd/node";

const [how = "", starts = "opened"] = process.argv.slice(2);
if (isMainThread) await end();
else await train();

async function end(): Promise<void> {
  if (starts === "opened") await init({ device: "webgpu" });
  else watchThreads();
  for (let thread = 0; thread < 2; thread++) {
    const worker = new Worker(new URL(import.meta.url), { argv: [how], env: SHARE_ENV });
    worker.on("error", (error) => console.log(`a thread ended: ${error.message}`));
    worker.on("message", async () => {
      if (how === "exit") process.exit(7);
      if (how === "throw") throw new RangeError("thrown by the main program");
      if (how !== "terminate") return;
      await worker.terminate();
      console.log("terminated");
    });
  }
}

async function train(): Promise<void> {
  await init({ device: "webgpu" });
  const [x, weight] = [randn([8, 4]), randn([4, 1], { requiresGrad: true })];
  for (let step = 0; step < 100_000; step++) {
    const loss = x.matmul(weight).square().mean();
    loss.backward();
    weight.grad = null;
    if (step === 3) parentPort?.postMessage("trains");
    if (step === 25 && how === "fail") throw new RangeError("thrown by a thread");
    if (step % 10 === 0) await loss.item();
  }
}
