import type { Sampler } from "./sampler.ts";

/** 0, 1, 2, … `length` − 1. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  *indices(): Generator<number, void, undefined> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}
