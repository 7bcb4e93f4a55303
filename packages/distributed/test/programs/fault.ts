/** A training on several ranks in which rank 1 misbehaves. */
import { writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { init, tensor } from "@wgrad/autograd";
import { Linear } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import {
  allReduce,
  barrier,
  DistributedDataParallel,
  destroyProcessGroup,
  getRank,
  initProcessGroup,
  newGroup,
} from "../../src/index.ts";

const [fault] = process.argv.slice(2);
await init({ device: "cpu" });
await initProcessGroup({ timeout: 60_000 });
await barrier();
/** Short timeout for the faults in which a rank does not arrive. */
const late = fault === "hangs" || fault === "waits for something else";
const group = late ? await newGroup([0, 1], { timeout: 3000 }) : undefined;
const isFaulty = getRank() === 1;
/** Reports when the fault begins. */
const tell = (): void => {
  if (parentPort === null) writeSync(1, `@fault ${Date.now()}\n`);
  else parentPort.postMessage(Date.now());
};
if (isFaulty && fault === "another model") tell();
const model = new Linear(isFaulty && fault === "another model" ? 4 : 3, 2);
const ddp = await new DistributedDataParallel(model, group && { group }).ready();
const optimizer = new SGD(model.parameters(), { lr: 0.1 });
for (let step = 1; step <= 5; step++) {
  if (isFaulty && step === 3) {
    tell();
    if (fault === "throws") throw new RangeError("no more examples on this disk");
    if (fault === "exits with a code") process.exit(3);
    if (fault === "is killed") process.kill(process.pid, "SIGKILL");
    if (fault === "hangs") for (;;);
    if (fault === "waits for something else") await new Promise((done) => setTimeout(done, 60_000));
    if (fault === "calls another collective") await barrier();
    if (fault === "has another shape") await allReduce(tensor([1, 2, 3]));
    if (fault === "finishes early") break;
  }
  if (!isFaulty && step === 3 && fault === "has another shape") await allReduce(tensor([1, 2]));
  optimizer.zeroGrad();
  ddp(tensor([[1, 2, 3]]))
    .sum()
    .backward();
  await ddp.synchronize();
  optimizer.step();
}
if (fault === "exits silently") process.exit(0);
await destroyProcessGroup();
console.log("trained");
