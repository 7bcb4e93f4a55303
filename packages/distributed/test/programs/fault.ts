/** A training on several ranks in which rank 1 does not what the others do. */
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
} from "../../src/index.ts";

const [fault] = process.argv.slice(2);
await init({ device: "cpu" });
await initProcessGroup({ timeout: 1500 });
const odd = getRank() === 1;
const model = new Linear(odd && fault === "another model" ? 4 : 3, 2);
const ddp = await new DistributedDataParallel(model).ready();
const optimizer = new SGD(model.parameters(), { lr: 0.1 });
for (let step = 1; step <= 5; step++) {
  if (odd && step === 3) {
    if (fault === "throws") throw new RangeError("no more examples on this disk");
    if (fault === "ends with a code") process.exit(3);
    if (fault === "is killed") process.kill(process.pid, "SIGKILL");
    if (fault === "stands still") for (;;);
    if (fault === "waits for something else") await new Promise((done) => setTimeout(done, 60_000));
    if (fault === "calls another collective") await barrier();
    if (fault === "has another shape") await allReduce(tensor([1, 2, 3]));
    if (fault === "comes to its end") break;
  }
  if (!odd && step === 3 && fault === "has another shape") await allReduce(tensor([1, 2]));
  optimizer.zeroGrad();
  ddp(tensor([[1, 2, 3]]))
    .sum()
    .backward();
  await ddp.synchronize();
  optimizer.step();
}
if (fault === "ends without a word") process.exit(0);
await destroyProcessGroup();
console.log("trained");
