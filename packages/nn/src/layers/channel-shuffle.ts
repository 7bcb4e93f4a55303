import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Module } from "../module.ts";
import { positive } from "./sizes.ts";

/** The channels, in `groups` equal parts, dealt out in turn. x: [N, C, …].  Zhang et al. 2018. */
export class ChannelShuffle extends Module<[Tensor], Tensor> {
  readonly groups: number;

  constructor(groups: number) {
    checkCall("new ChannelShuffle(groups: number)", arguments);
    super();
    positive("ChannelShuffle", { groups });
    this.groups = groups;
  }

  forward(x: Tensor): Tensor {
    const channels = x.shape[1] ?? 0;
    if (x.shape.length < 3 || channels % this.groups !== 0) {
      throw new ArgumentError(
        `ChannelShuffle: [${x.shape.join(", ")}] does not have channels in ${this.groups} equal groups`,
      );
    }
    const groups = x.unflatten(1, [this.groups, channels / this.groups]);
    return this.groups === 1 ? x.clone() : groups.transpose(1, 2).flatten(1, 2);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
