import { ones, type Tensor, tanh, zeros } from "@wgrad/autograd";
import { type AnyModule, Linear, Module, parameter, Sigmoid } from "@wgrad/nn";
import { invoke } from "./call.ts";
import { Unmapped } from "./names.ts";

/** What the runner needs of a model, whatever it takes and gives. */
export interface Model {
  (...inputs: unknown[]): unknown;
  train(mode?: boolean): unknown;
  parameters(): Tensor[];
  namedParameters(): Iterable<[string, Tensor]>;
  stateDict(): Record<string, Tensor>;
  loadStateDict(state: Record<string, Tensor>): unknown;
}

type Build = (args: Readonly<Record<string, unknown>>) => AnyModule;

/** Models that the files hold as Python source, by class name. Each is that source in TypeScript. */
const ported: Readonly<Record<string, Build>> = {
  LinReg: ({ d }) => new LinReg(d as number),
  Logistic: () => new Logistic(),
  MLP: ({ hidden, act }) => new MLP(hidden as number, act as string),
  TiedAutoencoder: () => new TiedAutoencoder(),
};

export function portedModel(name: string, args: Readonly<Record<string, unknown>>): Model {
  const build = ported[name];
  if (build === undefined) throw new Unmapped(name, `the model ${name} is not ported`);
  return build(args) as unknown as Model;
}

class LinReg extends Module {
  linear: Linear;
  constructor(d: number) {
    super();
    this.linear = new Linear(d, 1);
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}

class Logistic extends Module {
  linear: Linear = new Linear(1, 1);
  sigmoid: Sigmoid = new Sigmoid();
  forward(x: Tensor): Tensor {
    return this.sigmoid(this.linear(x));
  }
}

class MLP extends Module {
  fc1: Linear;
  act: Module;
  fc2: Linear;
  constructor(hidden: number, act: string) {
    super();
    this.fc1 = new Linear(64, hidden);
    this.act = invoke(`nn.${act}`, { args: [], kwargs: {} }) as Module;
    this.fc2 = new Linear(hidden, 10);
  }
  forward(x: Tensor): Tensor {
    return this.fc2(this.act(this.fc1(x)));
  }
}

class TiedAutoencoder extends Module {
  enc: Linear = new Linear(6, 3);
  decBias: Tensor = parameter(zeros([6]));
  constructor() {
    super();
    this.registerBuffer("scale", ones([6]));
  }
  forward(x: Tensor): Tensor {
    const h = tanh(this.enc(x));
    const { scale } = this as unknown as { scale: Tensor };
    return h.matmul(this.enc.weight).add(this.decBias).mul(scale);
  }
}
