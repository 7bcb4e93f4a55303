// Fine-tuning: weights from PyTorch, frozen layers, a new head, parameter groups with their own
// rates, schedules.
import { manualSeed, noGrad, randint, randn, slice, type Tensor } from "@wgrad/autograd";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  functional as F,
  Linear,
  Module,
  Sequential,
} from "@wgrad/nn";
import { AdamW, OneCycleLR, SGD, StepLR } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class Block extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  downsample: Sequential | null;
  constructor(i: number, o: number, stride = 1) {
    super();
    this.conv1 = new Conv2d(i, o, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(o);
    this.conv2 = new Conv2d(o, o, 3, { stride: 1, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(o);
    this.downsample =
      stride !== 1 || i !== o
        ? new Sequential(new Conv2d(i, o, 1, { stride, bias: false }), new BatchNorm2d(o))
        : null;
  }
  override forward(x: Tensor): Tensor {
    const identity = this.downsample === null ? x : this.downsample(x);
    return F.relu(this.bn2(this.conv2(F.relu(this.bn1(this.conv1(x))))).add(identity));
  }
}

class ResNet extends Module {
  conv1 = new Conv2d(3, 8, 3, { stride: 1, padding: 1, bias: false });
  bn1 = new BatchNorm2d(8);
  layer1 = new Sequential(new Block(8, 8));
  layer2 = new Sequential(new Block(8, 16, 2));
  avgpool = new AdaptiveAvgPool2d([1, 1]);
  fc: Linear;
  constructor(classes: number) {
    super();
    this.fc = new Linear(16, classes);
  }
  override forward(x: Tensor): Tensor {
    x = F.relu(this.bn1(this.conv1(x)));
    x = this.layer2(this.layer1(x));
    return this.fc(this.avgpool(x).flatten(1));
  }
}

export const finetune: Program = program("finetune", async (ref) => {
  const model = new ResNet(10);
  model.loadStateDict(ref.state("pretrained"));
  for (const p of model.parameters()) p.requiresGrad = false;
  manualSeed(4);
  model.fc = new Linear(model.fc.weight.shape[1] as number, 3);
  const data = randn([32, 3, 12, 12]);
  const labels = randint(0, 3, [32]);
  const criterion = new CrossEntropyLoss();
  const optimizer = new SGD(model.fc.parameters(), { lr: 0.1, momentum: 0.9 });
  const scheduler = new StepLR(optimizer, 2, { gamma: 0.5 });
  const losses: Tensor[] = [];
  const rates: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    model.train();
    for (let i = 0; i < 32; i += 8) {
      optimizer.zeroGrad();
      const loss = criterion(model(data.at(slice(i, i + 8))), labels.at(slice(i, i + 8)));
      loss.backward();
      optimizer.step();
      losses.push(loss);
    }
    scheduler.step();
    rates.push(scheduler.getLastLr()[0] as number);
  }
  await losses.at(-1)?.item();
  for (const p of model.layer2.parameters()) p.requiresGrad = true;
  const second = new AdamW([
    { params: model.layer2.parameters(), lr: 1e-3 },
    { params: model.fc.parameters(), lr: 1e-2, weightDecay: 0.1 },
  ]);
  const cycle = new OneCycleLR(second, [2e-3, 2e-2], { totalSteps: 8 });
  for (let epoch = 0; epoch < 2; epoch++) {
    for (let i = 0; i < 32; i += 8) {
      second.zeroGrad();
      const loss = criterion(model(data.at(slice(i, i + 8))), labels.at(slice(i, i + 8)));
      loss.backward();
      second.step();
      cycle.step();
      losses.push(loss);
      rates.push(...second.paramGroups.map((group) => group.lr));
    }
  }
  await ref.check("losses", losses, 1e-3);
  await ref.check("lrs", rates, 1e-7);
  model.eval();
  await ref.check(
    "out",
    noGrad(() => model(data)),
    1e-3,
  );
  await ref.checkState("final", model.stateDict(), 1e-3);
});
