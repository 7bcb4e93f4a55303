// SimCLR: two views of each image, NT-Xent, nearest neighbours, and a linear probe on frozen
// features.
import {
  arange,
  cat,
  eye,
  manualSeed,
  noGrad,
  rand,
  randn,
  randnLike,
  type Tensor,
  where,
} from "@wgrad/autograd";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  functional as F,
  Flatten,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "@wgrad/nn";
import { Adam, SGD } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

class Encoder extends Module<[Tensor], [Tensor, Tensor]> {
  f = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, bias: false }),
    new BatchNorm2d(8),
    new ReLU(),
    new AvgPool2d(2),
    new Conv2d(8, 16, 3, { padding: 1, bias: false }),
    new BatchNorm2d(16),
    new ReLU(),
    new AdaptiveAvgPool2d(1),
    new Flatten(),
  );
  g = new Sequential(new Linear(16, 16), new ReLU(), new Linear(16, 8));
  override forward(x: Tensor): [Tensor, Tensor] {
    const h = this.f(x);
    return [h, this.g(h)];
  }
}

function ntXent(z1: Tensor, z2: Tensor, tau: number): [Tensor, Tensor] {
  const z = F.normalize(cat([z1, z2], 0), { dim: 1 });
  const n = z.shape[0] as number;
  const sim = z
    .matmul(z.t())
    .div(tau)
    .maskedFill(eye(n, { dtype: "bool" }), Number.NEGATIVE_INFINITY);
  const target = arange(n)
    .add(n / 2)
    .remainder(n);
  return [F.crossEntropy(sim, target), sim.argmax(1).eq(target).to("f32").mean()];
}

export const simclr: Program = program("simclr", async (ref) => {
  manualSeed(0);
  const model = new Encoder();
  await ref.checkState("m0", model.stateDict(), 1e-6);
  const x = randn([16, 3, 8, 8]);
  const optimizer = new Adam(model.parameters(), { lr: 3e-3, weightDecay: 1e-6 });
  const [losses, accuracies]: [Tensor[], Tensor[]] = [[], []];
  await times(10, async () => {
    const flip = rand([16, 1, 1, 1]).lt(0.5);
    const x1 = where(flip, x.flip(3), x).add(randnLike(x).mul(0.2));
    const x2 = x.mul(rand([16, 1, 1, 1]).mul(0.4).add(0.8)).add(randnLike(x).mul(0.2));
    const [, z1] = model(x1);
    const [, z2] = model(x2);
    const [loss, accuracy] = ntXent(z1, z2, 0.5);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss);
    accuracies.push(accuracy);
    await loss.item();
  });
  await ref.check("losses", losses, 1e-3);
  await ref.check("acc", accuracies, 1e-6);
  await ref.checkState("m1", model.stateDict(), 5e-3);
  model.eval();
  const [h] = noGrad(() => model(x));
  const similarity = F.normalize(h).mm(F.normalize(h).t());
  await ref.check("top", similarity.topk(3, 1).indices);
  await ref.check("h", h, 1e-3);
  const probe = new Linear(16, 2);
  await ref.checkState("p0", probe.stateDict(), 1e-6);
  const sgd = new SGD(probe.parameters(), { lr: 0.5 });
  const y = arange(16).remainder(2);
  const probeLosses: Tensor[] = [];
  await times(12, async () => {
    sgd.zeroGrad();
    const loss = F.crossEntropy(probe(h), y);
    loss.backward();
    sgd.step();
    probeLosses.push(loss);
    await loss.item();
  });
  await ref.check("probe", probeLosses, 1e-3);
});
