// Trains a network to tell which of two spirals a point is on.
import { init, manualSeed, noGrad, tensor } from "@wgrad/autograd";
import { BCEWithLogitsLoss, Linear, Sequential, Tanh } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";

const { device, description } = await init(); // WebGPU on a graphics card, else WebAssembly
console.log(`on ${device}: ${description}`);
manualSeed(0);

const points = [];
const labels = [];
for (let i = 0; i < 200; i++) {
  const turn = (i / 200) * 2 * Math.PI;
  const side = i % 2 === 0 ? 1 : -1;
  points.push([side * (turn / 6) * Math.cos(turn), side * (turn / 6) * Math.sin(turn)]);
  labels.push([side === 1 ? 1 : 0]);
}
const x = tensor(points);
const y = tensor(labels);

const model = new Sequential(
  new Linear(2, 32),
  new Tanh(),
  new Linear(32, 32),
  new Tanh(),
  new Linear(32, 1),
);
const criterion = new BCEWithLogitsLoss();
const optimizer = new Adam(model.parameters(), { lr: 0.01 });

for (let step = 1; step <= 500; step++) {
  const loss = criterion(model(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 100 === 0) console.log(`step ${step}: loss ${(await loss.item()).toFixed(4)}`);
}

const accuracy = await noGrad(() => model(x).gt(0).eq(y.gt(0)).to("f32").mean()).item();
console.log(`accuracy: ${(100 * accuracy).toFixed(1)} %`);
