// PyTorch's 60-minute blitz: a small conv net on images, with a DataLoader, momentum and accuracy.
import { manualSeed, noGrad, randint, randn, slice, type Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { Conv2d, CrossEntropyLoss, functional as F, Linear, MaxPool2d, Module } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class Net extends Module<[Tensor], Tensor> {
  conv1 = new Conv2d(3, 6, 5);
  pool = new MaxPool2d(2, { stride: 2 });
  conv2 = new Conv2d(6, 16, 5);
  fc1 = new Linear(16 * 5 * 5, 120);
  fc2 = new Linear(120, 84);
  fc3 = new Linear(84, 10);
  override forward(x: Tensor): Tensor {
    x = this.pool(F.relu(this.conv1(x)));
    x = this.pool(F.relu(this.conv2(x)));
    x = x.flatten(1);
    x = F.relu(this.fc1(x));
    x = F.relu(this.fc2(x));
    return this.fc3(x);
  }
}

export const cifar: Program = program("cifar", async (ref) => {
  manualSeed(0);
  let images = randn([64, 3, 32, 32]);
  const labels = randint(0, 10, [64]);
  images = images.add(labels.view(-1, 1, 1, 1).mul(0.1));
  await ref.check("images0", images.at(slice(2)), 1e-5);
  const net = new Net();
  await ref.checkState("init", net.stateDict(), 1e-6);
  const criterion = new CrossEntropyLoss();
  const optimizer = new SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
  const loader = new DataLoader(new TensorDataset([images, labels]), {
    batchSize: 4,
    shuffle: true,
  });
  const losses: Tensor[] = [];
  const order: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad();
      const loss = criterion(net(x), y);
      loss.backward();
      optimizer.step();
      losses.push(loss);
      order.push(...(await y.data()));
    }
  }
  await losses.at(-1)?.item();
  await ref.check("order", order);
  await ref.check("losses", losses);
  net.eval();
  const out = noGrad(() => net(images));
  const correct = await out.argmax(1).eq(labels).sum().item();
  await ref.check("correct", [correct]);
  await ref.check("logits", out);
  await ref.checkState("final", net.stateDict());
});
