// Classifies names with a character-level RNN. The cell and the update are written by hand.
import { cat, manualSeed, noGrad, randperm, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { Linear, LogSoftmax, Module, NLLLoss } from "@wgrad/nn";
import { type Program, program } from "./reference.ts";

const names = {
  Italian: ["Rossi", "Bianchi", "Ferrari", "Russo", "Esposito", "Romano", "Colombo", "Ricci"],
  Greek: ["Papadopoulos", "Nikolaidis", "Angelopoulos", "Georgiou", "Dimitriadis", "Pappas"],
  Polish: ["Nowak", "Kowalski", "Wisniewski", "Wojcik", "Kaminski", "Lewandowski", "Zielinski"],
} as const;
const letters = "abcdefghijklmnopqrstuvwxyz";
const categories = Object.keys(names) as (keyof typeof names)[];

function lineToTensor(line: string): Tensor {
  const t = zeros([line.length, 1, letters.length]);
  for (const [i, c] of [...line.toLowerCase()].entries()) t.put_([i, 0, letters.indexOf(c)], 1);
  return t;
}

class RNN extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
  i2h: Linear;
  i2o: Linear;
  softmax = new LogSoftmax(1);
  readonly hiddenSize: number;
  constructor(inputs: number, hiddenSize: number, outputs: number) {
    super();
    this.hiddenSize = hiddenSize;
    this.i2h = new Linear(inputs + hiddenSize, hiddenSize);
    this.i2o = new Linear(inputs + hiddenSize, outputs);
  }
  override forward(x: Tensor, hidden: Tensor): [Tensor, Tensor] {
    const combined = cat([x, hidden], 1);
    return [this.softmax(this.i2o(combined)), this.i2h(combined).tanh()];
  }
  initHidden(): Tensor {
    return zeros([1, this.hiddenSize]);
  }
}

export const charRnn: Program = program("char-rnn", async (ref) => {
  manualSeed(1);
  const rnn = new RNN(letters.length, 32, categories.length);
  await ref.checkState("init", rnn.stateDict(), 1e-6);
  const criterion = new NLLLoss();
  const lr = 0.02;
  const pairs = categories.flatMap((c) => names[c].map((n) => [c, n] as const));
  const losses: Tensor[] = [];
  for (let epoch = 0; epoch < 6; epoch++) {
    for (const k of await randperm(pairs.length).data()) {
      const [category, name] = pairs[k] as (typeof pairs)[number];
      const target = tensor([categories.indexOf(category)], { dtype: "i32" });
      const line = lineToTensor(name);
      let hidden = rnn.initHidden();
      let output!: Tensor;
      rnn.zeroGrad();
      for (let i = 0; i < (line.shape[0] as number); i++)
        [output, hidden] = rnn(line.at(i), hidden);
      const loss = criterion(output, target);
      loss.backward();
      noGrad(() => {
        for (const p of rnn.parameters()) p.add_(p.grad as Tensor, { alpha: -lr });
      });
      losses.push(loss);
    }
    await losses.at(-1)?.item();
  }
  await ref.check("losses", losses);
  const confusion = zeros([3, 3]);
  for (const [category, name] of pairs) {
    const output = noGrad(() => {
      let hidden = rnn.initHidden();
      let output!: Tensor;
      for (const x of lineToTensor(name).unbind()) [output, hidden] = rnn(x, hidden);
      return output;
    });
    const { indices } = output.topk(1);
    const at = confusion.at(categories.indexOf(category), await indices.item());
    at.add_(1);
  }
  await ref.check("confusion", confusion);
  await ref.checkState("final", rnn.stateDict());
});
