// Siamese networks: contrastive pairs, batch-hard triplets from masked pairwise distances, triplet
// margin loss.
import {
  arange,
  cdist,
  eye,
  manualSeed,
  randn,
  randperm,
  slice,
  type Tensor,
} from "@wgrad/autograd";
import {
  Conv2d,
  functional as F,
  Linear,
  MaxPool2d,
  Module,
  PReLU,
  Sequential,
  TripletMarginLoss,
} from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class Embed extends Module {
  convnet = new Sequential(
    new Conv2d(1, 8, 3),
    new PReLU(),
    new MaxPool2d(2, { stride: 2 }),
    new Conv2d(8, 8, 3),
    new PReLU(),
    new MaxPool2d(2, { stride: 2 }),
  );
  fc = new Sequential(new Linear(32, 16), new PReLU(), new Linear(16, 2));
  override forward(x: Tensor): Tensor {
    return this.fc(this.convnet(x).view(x.shape[0] as number, -1));
  }
}

function contrastive(a: Tensor, b: Tensor, target: Tensor, margin = 1, eps = 1e-9): Tensor {
  const d = b.sub(a).pow(2).sum(1);
  const t = target.to("f32");
  return t
    .mul(d)
    .add(t.rsub(1).mul(F.relu(d.add(eps).sqrt().rsub(margin)).pow(2)))
    .mul(0.5)
    .mean();
}

function batchHard(embeddings: Tensor, labels: Tensor, margin: number): [Tensor, Tensor] {
  const dist = cdist(embeddings, embeddings);
  const same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
  const others = same.logicalAnd(eye(labels.shape[0] as number, { dtype: "bool" }).logicalNot());
  const pos = dist.mul(others.to("f32")).max(1).values;
  const largest = dist.max(1, { keepdim: true }).values;
  const neg = dist.add(largest.mul(same.to("f32"))).min(1).values;
  const loss = F.relu(pos.sub(neg).add(margin));
  return [loss.mean(), loss.gt(1e-16).to("f32").mean()];
}

export const siameseTriplet: Program = program("siamese-triplet", async (ref) => {
  manualSeed(42);
  const net = new Embed();
  await ref.checkState("init", net.stateDict(), 1e-6);
  const labels = arange(4).repeatInterleave(4);
  const prototypes = randn([4, 1, 16, 16]);
  const x = prototypes.at(labels).add(randn([16, 1, 16, 16]).mul(0.3));
  const optimizer = new Adam(net.parameters(), { lr: 1e-2 });
  const [losses, active]: [Tensor[], Tensor[]] = [[], []];
  for (let step = 0; step < 6; step++) {
    const [i, j] = [randperm(16).at(slice(8)), randperm(16).at(slice(8))];
    optimizer.zeroGrad();
    const loss = contrastive(net(x.at(i)), net(x.at(j)), labels.at(i).eq(labels.at(j)));
    loss.backward();
    optimizer.step();
    losses.push(loss);
  }
  for (let step = 0; step < 8; step++) {
    optimizer.zeroGrad();
    const [loss, share] = batchHard(F.normalize(net(x)), labels, 0.5);
    loss.backward();
    optimizer.step();
    losses.push(loss);
    active.push(share);
  }
  const triplet = new TripletMarginLoss({ margin: 0.2, p: 2 });
  for (let step = 0; step < 3; step++) {
    const e = net(x);
    optimizer.zeroGrad();
    const loss = triplet(
      e.at(slice(0, null, 4)),
      e.at(slice(1, null, 4)),
      e.roll(4, 0).at(slice(2, null, 4)),
    );
    loss.backward();
    optimizer.step();
    losses.push(loss);
  }
  await losses?.at(-1)?.item();
  await ref.check("losses", losses, 1e-3);
  await ref.check("active", active, 1e-6);
  await ref.checkState("final", net.stateDict(), 2e-3);
});
