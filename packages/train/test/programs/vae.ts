// A variational autoencoder: reparameterization, and a loss of cross-entropy plus KL divergence.
import { manualSeed, noGrad, randn, randnLike, slice, sum, type Tensor } from "@wgrad/autograd";
import { functional as F, Linear, Module } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

class VAE extends Module<[Tensor], [Tensor, Tensor, Tensor]> {
  fc1 = new Linear(64, 40);
  fc21 = new Linear(40, 5);
  fc22 = new Linear(40, 5);
  fc3 = new Linear(5, 40);
  fc4 = new Linear(40, 64);
  encode(x: Tensor): [Tensor, Tensor] {
    const h1 = F.relu(this.fc1(x));
    return [this.fc21(h1), this.fc22(h1)];
  }
  reparameterize(mu: Tensor, logvar: Tensor): Tensor {
    const std = logvar.mul(0.5).exp();
    return mu.add(randnLike(std).mul(std));
  }
  decode(z: Tensor): Tensor {
    return F.sigmoid(this.fc4(F.relu(this.fc3(z))));
  }
  override forward(x: Tensor): [Tensor, Tensor, Tensor] {
    const [mu, logvar] = this.encode(x.view(-1, 64));
    return [this.decode(this.reparameterize(mu, logvar)), mu, logvar];
  }
}

function lossFunction(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor): Tensor {
  const BCE = F.binaryCrossEntropy(recon, x.view(-1, 64), { reduction: "sum" });
  const KLD = sum(logvar.add(1).sub(mu.pow(2)).sub(logvar.exp())).mul(-0.5);
  return BCE.add(KLD);
}

export const vae: Program = program("vae", async (ref) => {
  manualSeed(1);
  const data = randn([64, 1, 8, 8]).mul(3).sigmoid();
  const model = new VAE();
  await ref.checkState("init", model.stateDict(), 1e-6);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const losses: Tensor[] = [];
  const epochs: number[] = [];
  await times(5, async () => {
    model.train();
    let trainLoss = 0;
    for (let i = 0; i < 64; i += 16) {
      const x = data.at(slice(i, i + 16));
      optimizer.zeroGrad();
      const [recon, mu, logvar] = model(x);
      const loss = lossFunction(recon, x, mu, logvar);
      loss.backward();
      trainLoss += await loss.item();
      optimizer.step();
      losses.push(loss);
    }
    epochs.push(trainLoss / (data.shape[0] as number));
  });
  await ref.check("losses", losses);
  await ref.check("epochs", epochs);
  await ref.check(
    "sample",
    noGrad(() => model.decode(randn([6, 5]))),
  );
  await ref.checkState("final", model.stateDict());
});
