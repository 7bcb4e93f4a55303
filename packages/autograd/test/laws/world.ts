import { manualSeed, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { commit, composite, moduleCall, persist, stepBoundary } from "@wgrad/autograd/plugin";

/** Elements of every tensor in these programs, unless they say otherwise. */
export const N = 16;

/** What a program is given. */
export interface World {
  /** Steps of a long program. */
  readonly many: number;
  /** Notes a value that must be the same however the program is run. */
  log(value: number): void;
  /** The end of a period: memory must be where it was at the end of the one before. */
  tick(): void;
  /** `n` numbers in (−½, ½), the same in every run. */
  random(n?: number): Float32Array;
  /** A host tensor of such numbers. */
  noise(...shape: number[]): Tensor;
  /** y = tanh(x ⊙ W) ⊙ V with fresh W and V. */
  net(): Net;
}

export interface Program {
  readonly name: string;
  /** What the law it tries promises. */
  readonly promise: string;
  readonly run: (world: World) => Promise<void>;
  /** The error it must end in, as users see it. Eager mode, which forgets nothing, may not. */
  readonly throws?: RegExp;
  /** Submits that a period takes at most, once warm. */
  readonly submits?: number;
  /** Nodes that a period computes a second time: none, unless the program is about that. */
  readonly recomputed?: number;
  /** Nothing is computed a second time, from the first step on. */
  readonly once?: boolean;
}

/** y = tanh(x ⊙ W) ⊙ V: stands in for a module and the optimizer of its parameters. */
export class Net {
  readonly parameters: Tensor[];

  constructor(...parameters: Tensor[]) {
    this.parameters = parameters.map(parameter);
  }

  /** A module call: what it returns is retained as a module's result is. */
  call(x: Tensor): Tensor {
    const [W, V] = this.parameters as [Tensor, Tensor];
    return moduleCall(() => x.mul(W).tanh().mul(V));
  }

  zeroGrad(): void {
    for (const p of this.parameters) p.grad = null;
  }

  /** One step of gradient descent, all parameters or none. */
  step(lr: number): void {
    step(this.parameters, lr);
  }

  /** zeroGrad, backward and step. */
  learn(loss: Tensor, lr = 0.1): void {
    this.zeroGrad();
    loss.backward();
    this.step(lr);
  }

  /** The parameters, without their place on the tape. */
  get values(): Tensor[] {
    return this.parameters.map((p) => p.detach());
  }
}

/** Makes a net of two parameters. */
export type NetMaker = (W: Tensor, V: Tensor) => Net;

/** A trainable leaf with storage of its own. */
export function parameter(x: Tensor): Tensor {
  x.requiresGrad = true;
  return buffer(x);
}

/** A tensor with storage of its own that is not trained. */
export function buffer(x: Tensor): Tensor {
  persist(x);
  return x;
}

/** p ← p − lr · dL/dp, as an optimizer does it: recorded apart, committed together. */
export function step(parameters: readonly Tensor[], lr: number): void {
  const updates = noGrad(() =>
    composite(() =>
      parameters.flatMap((p): [Tensor, Tensor][] =>
        p.grad === null ? [] : [[p, p.sub(p.grad.mul(lr))]],
      ),
    ),
  );
  commit(updates);
}

/** Σ (y − target)², as a loss function computes it. */
export function squaredError(y: Tensor, target: Tensor): Tensor {
  return composite(() => y.sub(target).square().sum());
}

/** A loader hands out its next batch. */
export const nextBatch: () => Promise<void> = stepBoundary;

/** Runs `body` for i = 0 … count−1. */
export async function repeat(count: number, body: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) await body(i);
}

/** A world that keeps what a program logs, with the same numbers every time. */
export function newWorld(
  many: number,
  newNet: NetMaker,
  onTick: () => void,
): World & { readonly logged: number[] } {
  manualSeed(0);
  const logged: number[] = [];
  let seed = 7;
  const random = (n = N): Float32Array =>
    Float32Array.from({ length: n }, () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647 - 0.5;
    });
  const noise = (...shape: number[]): Tensor => {
    const sizes = shape.length === 0 ? [N] : shape;
    return tensor(random(sizes.reduce((a, b) => a * b, 1)), { shape: sizes });
  };
  return {
    many,
    logged,
    log: (value) => void logged.push(value),
    tick: onTick,
    random,
    noise,
    net: () => newNet(noise(), noise()),
  };
}
