/** Resumes from the checkpoint file given as argument. */
import { init } from "@wgrad/autograd";
import { Linear } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { fit } from "@wgrad/train";
import { DistributedDataParallel, destroyProcessGroup, initProcessGroup } from "../../src/index.ts";
import { batchOf } from "./training.ts";

await init({ device: "cpu" });
await initProcessGroup({ timeout: 5000 });
const model = new Linear(5, 3);
const ddp = new DistributedDataParallel(model);
await fit(ddp, [batchOf([1, 2])], {
  loss: (net, { x }) => net(x).square().mean(),
  optimizer: new SGD(model.parameters(), { lr: 0.1 }),
  epochs: 2,
  resume: process.argv[2] as string,
});
await destroyProcessGroup();
