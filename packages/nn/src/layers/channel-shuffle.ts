import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shuffleChannels } from "../functional/arranging.ts";
import { Module } from "../module.ts";
import { positive } from "./sizes.ts";

/**
 * Splits the channels into `groups` equal parts and interleaves them. x: [N, C, …].  Zhang et al.
 * 2018.
 */
export class ChannelShuffle extends Module<[Tensor], Tensor> {
  readonly groups: number;

  constructor(groups: number) {
    checkCall("new ChannelShuffle(groups: number)", arguments);
    super();
    positive("ChannelShuffle", { groups });
    this.groups = groups;
  }

  forward(x: Tensor): Tensor {
    return shuffleChannels("ChannelShuffle", x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
