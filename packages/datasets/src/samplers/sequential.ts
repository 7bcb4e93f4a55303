import { checkCall } from "@wgrad/autograd/plugin";
import type { Sampler } from "./sampler.ts";

/** The indices 0, 1, 2, … `length` − 1. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(length: number) {
    checkCall("new SequentialSampler(length: count)", arguments);
    this.length = length;
  }

  *indices(): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator?)", arguments);
    for (let i = 0; i < this.length; i++) yield i;
  }
}
