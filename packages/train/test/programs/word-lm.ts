// A word-level LSTM language model: tied weights, truncated backpropagation through time, clipping,
// a hand-written update.
import { logSoftmax, manualSeed, noGrad, slice, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { Dropout, Embedding, init, Linear, LSTM, type LSTMState, Module, NLLLoss } from "@wgrad/nn";
import { clipGradNorm_ } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

const text = (
  "the cat sat on the mat . the dog sat on the log . a cat saw a dog . the dog saw the cat on the mat . " +
  "a dog and a cat sat . the log and the mat saw a cat . "
).repeat(12);

class Corpus {
  word2idx = new Map<string, number>();
  idx2word: string[] = [];
  ids: Tensor;
  constructor(words: string[]) {
    const ids = words.map((w) => {
      if (!this.word2idx.has(w)) this.word2idx.set(w, this.idx2word.push(w) - 1);
      return this.word2idx.get(w) as number;
    });
    this.ids = tensor(ids, { dtype: "i32" });
  }
}

function batchify(data: Tensor, bsz: number): Tensor {
  const nbatch = Math.floor((data.shape[0] as number) / bsz);
  return data
    .narrow(0, 0, nbatch * bsz)
    .view(bsz, -1)
    .t()
    .contiguous();
}

class RNNModel extends Module<[Tensor, LSTMState], [Tensor, LSTMState]> {
  drop = new Dropout(0);
  encoder: Embedding;
  rnn: LSTM;
  decoder: Linear;
  readonly ntoken: number;
  readonly nhid: number;
  readonly nlayers: number;
  constructor(ntoken: number, ninp: number, nhid: number, nlayers: number, tieWeights = true) {
    super();
    this.ntoken = ntoken;
    this.nhid = nhid;
    this.nlayers = nlayers;
    this.encoder = new Embedding(ntoken, ninp);
    this.rnn = new LSTM(ninp, nhid, { numLayers: nlayers });
    this.decoder = new Linear(nhid, ntoken);
    if (tieWeights) this.decoder.weight = this.encoder.weight;
    init.uniform_(this.encoder.weight, { a: -0.1, b: 0.1 });
    init.zeros_(this.decoder.bias as Tensor);
    init.uniform_(this.decoder.weight, { a: -0.1, b: 0.1 });
  }
  override forward(input: Tensor, hidden: LSTMState): [Tensor, LSTMState] {
    const embedded = this.drop(this.encoder(input));
    const [output, h] = this.rnn(embedded, hidden);
    const decoded = this.decoder(this.drop(output)).view(-1, this.ntoken);
    return [logSoftmax(decoded, 1), h];
  }
  initHidden(bsz: number): LSTMState {
    return [zeros([this.nlayers, bsz, this.nhid]), zeros([this.nlayers, bsz, this.nhid])];
  }
}

const repackageHidden = ([h, c]: LSTMState): LSTMState => [h.detach(), c.detach()];
const bptt = 7;

export const wordLm: Program = program("word-lm", async (ref) => {
  const corpus = new Corpus(text.trim().split(/\s+/));
  const ntokens = corpus.idx2word.length;
  manualSeed(1111);
  const train = batchify(corpus.ids, 8);
  const getBatch = (source: Tensor, i: number) => {
    const seqLen = Math.min(bptt, (source.shape[0] as number) - 1 - i);
    return [
      source.at(slice(i, i + seqLen)),
      source.at(slice(i + 1, i + 1 + seqLen)).view(-1),
    ] as const;
  };
  const model = new RNNModel(ntokens, 24, 24, 2);
  await ref.checkState("init", model.stateDict(), 1e-6);
  const criterion = new NLLLoss();
  let lr = 5;
  const [losses, norms]: [Tensor[], Tensor[]] = [[], []];
  const perplexities: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    let hidden = model.initHidden(8);
    let total = 0;
    let n = 0;
    for (let i = 0; i < (train.shape[0] as number) - 1; i += bptt) {
      const [data, targets] = getBatch(train, i);
      model.zeroGrad();
      hidden = repackageHidden(hidden);
      const [output, next] = model(data, hidden);
      hidden = next;
      const loss = criterion(output, targets);
      loss.backward();
      norms.push(clipGradNorm_(model.parameters(), 0.25));
      noGrad(() => {
        for (const p of model.parameters()) p.add_(p.grad as Tensor, { alpha: -lr });
      });
      total += await loss.item();
      n++;
      losses.push(loss);
    }
    perplexities.push(Math.exp(total / n));
    lr /= 2;
  }
  await ref.check("losses", losses);
  await ref.check("norms", norms);
  await ref.check("ppl", perplexities);
  let hidden = model.initHidden(1);
  const word = zeros([1, 1], { dtype: "i32" });
  const words: number[] = [];
  for (let i = 0; i < 12; i++) {
    const [output, h] = noGrad(() => model(word, hidden));
    hidden = h;
    const idx = output.squeeze().argmax();
    word.fill_(idx);
    words.push(await idx.item());
  }
  await ref.check("words", words);
  await ref.checkState("final", model.stateDict());
});
