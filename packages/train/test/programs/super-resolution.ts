// Sub-pixel super-resolution: orthogonal weights, PixelShuffle, PSNR.
import { arange, manualSeed, noGrad, slice, stack, type Tensor } from "@wgrad/autograd";
import { Conv2d, functional as F, init, Module, MSELoss, PixelShuffle, ReLU } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class Net extends Module {
  relu = new ReLU();
  conv1 = new Conv2d(1, 16, [5, 5], { stride: [1, 1], padding: [2, 2] });
  conv2 = new Conv2d(16, 16, [3, 3], { stride: [1, 1], padding: [1, 1] });
  conv3 = new Conv2d(16, 8, [3, 3], { stride: [1, 1], padding: [1, 1] });
  conv4: Conv2d;
  pixelShuffle: PixelShuffle;
  constructor(r: number) {
    super();
    this.conv4 = new Conv2d(8, r ** 2, [3, 3], { stride: [1, 1], padding: [1, 1] });
    this.pixelShuffle = new PixelShuffle(r);
    const gain = init.calculateGain("relu");
    init.orthogonal_(this.conv1.weight, { gain });
    init.orthogonal_(this.conv2.weight, { gain });
    init.orthogonal_(this.conv3.weight, { gain });
    init.orthogonal_(this.conv4.weight);
  }
  override forward(x: Tensor): Tensor {
    x = this.relu(this.conv1(x));
    x = this.relu(this.conv2(x));
    x = this.relu(this.conv3(x));
    return this.pixelShuffle(this.conv4(x));
  }
}

export const superResolution: Program = program("super-resolution", async (ref) => {
  manualSeed(123);
  const model = new Net(2);
  await ref.checkState("init", model.stateDict(), 1e-4);
  const g = arange(24).to("f32");
  const pictures = [...Array(8).keys()].map((k) =>
    g
      .view(-1, 1)
      .div(3 + k)
      .sin()
      .mul(
        g
          .view(1, -1)
          .div(2 + k)
          .cos(),
      ),
  );
  const high = stack(pictures).unsqueeze(1).mul(0.5).add(0.5);
  const low = F.interpolate(high, { scaleFactor: 0.5, mode: "bicubic", alignCorners: false });
  await ref.check("lr", low);
  model.loadStateDict(ref.state("init"));
  const criterion = new MSELoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const losses: Tensor[] = [];
  const psnr: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    for (let i = 0; i < 8; i += 4) {
      optimizer.zeroGrad();
      const loss = criterion(model(low.at(slice(i, i + 4))), high.at(slice(i, i + 4)));
      loss.backward();
      optimizer.step();
      losses.push(loss);
    }
    const mse = noGrad(() => criterion(model(low), high));
    psnr.push(10 * Math.log10(1 / (await mse.item())));
  }
  await ref.check("losses", losses);
  await ref.check("psnr", psnr, 1e-3);
  await ref.checkState("final", model.stateDict(), 1e-3);
});
