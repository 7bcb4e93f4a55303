// Graph convolution and graph attention: messages with indexAdd and scatterAdd, a softmax over the
// incoming edges of a node, masks.
import {
  arange,
  cat,
  full,
  manualSeed,
  noGrad,
  oneHot,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
  triu,
  where,
  zeros,
  zerosLike,
} from "@wgrad/autograd";
import { functional as F, Linear, Module, parameter } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

const [N, C, K] = [40, 12, 4];

function gcnNorm(edgeIndex: Tensor, n: number): [Tensor, Tensor] {
  const loop = arange(n).unsqueeze(0).repeat(2, 1);
  const e = cat([edgeIndex, loop], 1);
  const [row, col] = e.unbind() as [Tensor, Tensor];
  const deg = zeros([n]).indexAdd(0, col, ones([e.shape[1] as number]));
  const dis = deg.pow(-0.5);
  dis.put_(dis.isinf(), 0);
  return [e, dis.at(row).mul(dis.at(col))];
}

class GCNConv extends Module<[Tensor, Tensor, Tensor], Tensor> {
  lin: Linear;
  bias: Tensor;
  constructor(i: number, o: number) {
    super();
    this.lin = new Linear(i, o, { bias: false });
    this.bias = parameter(zeros([o]));
  }
  override forward(x: Tensor, e: Tensor, w: Tensor): Tensor {
    x = this.lin(x);
    const [row, col] = e.unbind() as [Tensor, Tensor];
    return zeros(x.shape)
      .indexAdd(0, col, x.at(row).mul(w.view(-1, 1)))
      .add(this.bias);
  }
}

class GAT extends Module<[Tensor, Tensor], Tensor> {
  lin: Linear;
  att: Tensor;
  constructor(i: number, o: number) {
    super();
    this.lin = new Linear(i, o, { bias: false });
    this.att = parameter(randn([2, o]).mul(0.1));
  }
  override forward(x: Tensor, e: Tensor): Tensor {
    const h = this.lin(x);
    const [row, col] = e.unbind() as [Tensor, Tensor];
    const a = F.leakyRelu(
      h
        .matmul(this.att.at(0))
        .at(row)
        .add(h.matmul(this.att.at(1)).at(col)),
      { negativeSlope: 0.2 },
    );
    const m = full([x.shape[0] as number], -1e9).scatterReduce(0, col, a.detach(), "amax");
    const ex = a.sub(m.at(col)).exp();
    const s = zeros([x.shape[0] as number]).scatterAdd(0, col, ex);
    const alpha = ex.div(s.at(col));
    return zerosLike(h).scatterAdd(
      0,
      col.view(-1, 1).expand(-1, h.shape[1] as number),
      h.at(row).mul(alpha.view(-1, 1)),
    );
  }
}

class Net extends Module<[Tensor, Tensor, Tensor], Tensor> {
  conv1 = new GCNConv(C, 16);
  att = new GAT(16, 16);
  conv2 = new GCNConv(16, K);
  override forward(x: Tensor, e: Tensor, w: Tensor): Tensor {
    x = F.relu(this.conv1(x, e, w));
    x = F.elu(this.att(x, e));
    return this.conv2(x, e, w);
  }
}

export const graph: Program = program("graph", async (ref) => {
  manualSeed(12345);
  const y = arange(K).repeatInterleave(N / K);
  const x = randn([N, C]).add(oneHot(y, C).to("f32").mul(2));
  const p = where(y.unsqueeze(0).eq(y.unsqueeze(1)), 0.3, 0.03);
  let adj = rand([N, N]).lt(p);
  adj = triu(adj, 1);
  adj = adj.logicalOr(adj.t());
  const edgeIndex = (await adj.nonzero()).t().contiguous();
  await ref.check("edges", edgeIndex);
  const mask = tensor([...Array(N).keys()].map((i) => i % 3 === 0));
  const train = (await mask.nonzero()).squeeze(1); // out[mask] would need await out.atMask(mask) in every step
  const test = mask.logicalNot();
  const net = new Net();
  await ref.checkState("init", net.stateDict(), 1e-6);
  const [e, w] = gcnNorm(edgeIndex, N);
  await ref.check("w", w, 1e-6);
  const optimizer = new Adam(net.parameters(), { lr: 0.01, weightDecay: 5e-4 });
  const losses: Tensor[] = [];
  const accuracies: Tensor[] = [];
  await times(20, async () => {
    net.train();
    optimizer.zeroGrad();
    const out = net(x, e, w);
    const loss = F.crossEntropy(out.at(train), y.at(train));
    loss.backward();
    optimizer.step();
    losses.push(loss);
    net.eval();
    const pred = noGrad(() => net(x, e, w).argmax(1));
    accuracies.push(pred.eq(y).logicalAnd(test).sum().div(test.sum()));
    await loss.item();
  });
  await ref.check("losses", losses);
  await ref.check("accs", accuracies, 1e-6);
  await ref.checkState("final", net.stateDict());
});
