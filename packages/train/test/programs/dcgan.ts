// DCGAN: two networks, two optimizers, detach, transposed convolutions, batch norms, weights
// initialized by layer type.
import { full, linspace, manualSeed, noGrad, randn, slice, type Tensor } from "@wgrad/autograd";
import {
  type AnyModule,
  BatchNorm2d,
  BCELoss,
  Conv2d,
  ConvTranspose2d,
  init,
  LeakyReLU,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

const [nz, ngf, ndf, nc, B] = [16, 8, 8, 1, 8];

function weightsInit(m: AnyModule): void {
  if (m instanceof Conv2d || m instanceof ConvTranspose2d)
    init.normal_(m.weight, { mean: 0, std: 0.02 });
  else if (m instanceof BatchNorm2d) {
    init.normal_(m.weight as Tensor, { mean: 1, std: 0.02 });
    init.constant_(m.bias as Tensor, 0);
  }
}

class Generator extends Module {
  main = new Sequential(
    new ConvTranspose2d(nz, ngf * 2, 4, { stride: 1, padding: 0, bias: false }),
    new BatchNorm2d(ngf * 2),
    new ReLU(),
    new ConvTranspose2d(ngf * 2, ngf, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(ngf),
    new ReLU(),
    new ConvTranspose2d(ngf, nc, 4, { stride: 2, padding: 1, bias: false }),
    new Tanh(),
  );
  override forward(x: Tensor): Tensor {
    return this.main(x);
  }
}

class Discriminator extends Module {
  main = new Sequential(
    new Conv2d(nc, ndf, 4, { stride: 2, padding: 1, bias: false }),
    new LeakyReLU({ negativeSlope: 0.2 }),
    new Conv2d(ndf, ndf * 2, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(ndf * 2),
    new LeakyReLU({ negativeSlope: 0.2 }),
    new Conv2d(ndf * 2, 1, 4, { stride: 1, padding: 0, bias: false }),
    new Sigmoid(),
  );
  override forward(x: Tensor): Tensor {
    return this.main(x);
  }
}

export const dcgan: Program = program("dcgan", async (ref) => {
  manualSeed(999);
  const data = randn([32, nc, 16, 16])
    .add(linspace(-1, 1, 16).view(1, 1, 1, 16))
    .tanh();
  const [netG, netD] = [new Generator(), new Discriminator()];
  netG.apply(weightsInit);
  netD.apply(weightsInit);
  await ref.checkState("g0", netG.stateDict(), 1e-5);
  await ref.checkState("d0", netD.stateDict(), 1e-5);
  const criterion = new BCELoss();
  const fixed = randn([4, nz, 1, 1]);
  const optimizerD = new Adam(netD.parameters(), { lr: 2e-3, betas: [0.5, 0.999] });
  const optimizerG = new Adam(netG.parameters(), { lr: 2e-3, betas: [0.5, 0.999] });
  const [D, G, DX, DGZ]: [Tensor[], Tensor[], Tensor[], Tensor[]] = [[], [], [], []];
  await times(16, async (it) => {
    netD.zeroGrad();
    const real = data.at(slice((it % 4) * B, ((it % 4) + 1) * B));
    const label = full([B], 1);
    let output = netD(real).view(-1);
    const errDReal = criterion(output, label);
    errDReal.backward();
    DX.push(output.mean());
    const noise = randn([B, nz, 1, 1]);
    const fake = netG(noise);
    label.fill_(0);
    output = netD(fake.detach()).view(-1);
    const errDFake = criterion(output, label);
    errDFake.backward();
    const errD = errDReal.add(errDFake);
    optimizerD.step();
    netG.zeroGrad();
    label.fill_(1);
    output = netD(fake).view(-1);
    const errG = criterion(output, label);
    errG.backward();
    DGZ.push(output.mean());
    optimizerG.step();
    D.push(errD);
    G.push(errG);
    await errG.item();
  });
  for (const [key, values] of Object.entries({ D, G, DX, DGZ })) await ref.check(key, values, 1e-3);
  const img = noGrad(() => netG(fixed));
  await ref.check("img", img, 2e-3);
  await ref.checkState("g1", netG.stateDict(), 2e-3);
  await ref.checkState("d1", netD.stateDict(), 2e-3);
});
