// A Transformer encoder over padded sequences; a small GPT with tied weights, weight decay by
// group, warmup, and generation with and without a cache.
import {
  arange,
  cat,
  cos,
  exp,
  manualSeed,
  noGrad,
  ones,
  randint,
  sin,
  slice,
  stack,
  type Tensor,
  tensor,
  tril,
  zeros,
} from "@wgrad/autograd";
import {
  type AnyModule,
  Embedding,
  functional as F,
  init,
  LayerNorm,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "@wgrad/nn";
import { Adam, AdamW, clipGradNorm_ } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

class PositionalEncoding extends Module {
  pe!: Tensor;
  constructor(d: number, maxLen = 64) {
    super();
    const pos = arange(maxLen).unsqueeze(1);
    const div = exp(arange(0, d, 2).mul(-Math.log(10000) / d));
    const pe = zeros([maxLen, 1, d]);
    pe.put_([slice(null), 0, slice(0, null, 2)], sin(pos.mul(div)));
    pe.put_([slice(null), 0, slice(1, null, 2)], cos(pos.mul(div)));
    this.registerBuffer("pe", pe);
  }
  override forward(x: Tensor): Tensor {
    return x.add(this.pe.at(slice(x.shape[0])));
  }
}

class Classifier extends Module<[Tensor, Tensor], Tensor> {
  embedding: Embedding;
  pos: PositionalEncoding;
  encoder: TransformerEncoder;
  decoder: Linear;
  readonly d: number;
  constructor(v: number, d: number, h: number, layers: number, classes: number) {
    super();
    this.d = d;
    this.embedding = new Embedding(v, d, { paddingIdx: 0 });
    this.pos = new PositionalEncoding(d);
    this.encoder = new TransformerEncoder(
      new TransformerEncoderLayer(d, h, { dimFeedforward: 2 * d, dropout: 0 }),
      layers,
    );
    this.decoder = new Linear(d, classes);
  }
  override forward(src: Tensor, lengths: Tensor): Tensor {
    const mask = arange(src.shape[0] as number)
      .unsqueeze(0)
      .ge(lengths.unsqueeze(1));
    let x = this.pos(this.embedding(src).mul(Math.sqrt(this.d)));
    x = this.encoder(x, { srcKeyPaddingMask: mask });
    const keep = mask.logicalNot().t().unsqueeze(-1).to("f32");
    return this.decoder(x.mul(keep).sum(0).div(keep.sum(0)));
  }
}

const [V, C, H, T, L] = [27, 32, 4, 16, 2];
type Cache = { k: Tensor; v: Tensor } | undefined;

class Attn extends Module<[Tensor], Tensor> {
  cAttn = new Linear(C, 3 * C);
  cProj = new Linear(C, C);
  bias!: Tensor;
  constructor() {
    super();
    this.registerBuffer(
      "bias",
      tril(ones([T, T]))
        .view(1, 1, T, T)
        .clone(),
    );
  }
  heads(x: Tensor): [Tensor, Tensor, Tensor] {
    const [b, t] = x.shape as [number, number];
    return this.cAttn(x)
      .split(C, 2)
      .map((y) => y.view(b, t, H, C / H).transpose(1, 2)) as [Tensor, Tensor, Tensor];
  }
  override forward(x: Tensor): Tensor {
    const [b, t] = x.shape as [number, number];
    const [q, k, v] = this.heads(x);
    let att = q.matmul(k.transpose(-2, -1)).mul(1 / Math.sqrt(C / H));
    att = att.maskedFill(
      this.bias.at(slice(null), slice(null), slice(t), slice(t)).eq(0),
      Number.NEGATIVE_INFINITY,
    );
    att = F.softmax(att, -1);
    return this.cProj(att.matmul(v).transpose(1, 2).contiguous().view(b, t, C));
  }
  /** Computes one more position from cached keys and values. */
  next(x: Tensor, cache: Cache): [Tensor, Cache] {
    const [q, k1, v1] = this.heads(x);
    const k = cache ? cat([cache.k, k1], 2) : k1;
    const v = cache ? cat([cache.v, v1], 2) : v1;
    const y = F.scaledDotProductAttention(q, k, v);
    return [this.cProj(y.transpose(1, 2).reshape(x.shape[0] as number, 1, C)), { k, v }];
  }
}

class Block extends Module<[Tensor], Tensor> {
  ln_1 = new LayerNorm(C);
  attn = new Attn();
  ln_2 = new LayerNorm(C);
  mlp = new ModuleDict<Linear>({ c_fc: new Linear(C, 4 * C), c_proj: new Linear(4 * C, C) });
  feed(x: Tensor): Tensor {
    const [fc, proj] = [this.mlp.get("c_fc") as Linear, this.mlp.get("c_proj") as Linear];
    return proj(F.gelu(fc(x)));
  }
  override forward(x: Tensor): Tensor {
    x = x.add(this.attn(this.ln_1(x)));
    return x.add(this.feed(this.ln_2(x)));
  }
}

class GPT extends Module<[Tensor, Tensor?], [Tensor, Tensor | null]> {
  wte = new Embedding(V, C);
  wpe = new Embedding(T, C);
  h = new ModuleList(Array.from({ length: L }, () => new Block()));
  lnF = new LayerNorm(C);
  lmHead = new Linear(C, V, { bias: false });
  constructor() {
    super();
    this.wte.weight = this.lmHead.weight;
    this.apply((m: AnyModule) => {
      if (m instanceof Linear) {
        init.normal_(m.weight, { mean: 0, std: 0.02 });
        if (m.bias !== null) init.zeros_(m.bias);
      } else if (m instanceof Embedding) init.normal_(m.weight, { mean: 0, std: 0.02 });
    });
    for (const [name, p] of this.namedParameters())
      if (name.endsWith("c_proj.weight"))
        init.normal_(p, { mean: 0, std: 0.02 / Math.sqrt(2 * L) });
  }
  override forward(idx: Tensor, targets?: Tensor): [Tensor, Tensor | null] {
    let x = this.wte(idx).add(this.wpe(arange(idx.shape[1] as number)));
    for (const block of this.h) x = block(x);
    const logits = this.lmHead(this.lnF(x));
    return [
      logits,
      targets ? F.crossEntropy(logits.view(-1, V), targets.view(-1), { ignoreIndex: -1 }) : null,
    ];
  }
  next(idx: Tensor, at: number, caches: Cache[]): [Tensor, Cache[]] {
    let x = this.wte(idx).add(this.wpe(tensor([at], { dtype: "i32" })));
    const after: Cache[] = [];
    for (const [i, block] of [...this.h].entries()) {
      const [y, cache] = block.attn.next(block.ln_1(x), caches[i]);
      x = x.add(y);
      x = x.add(block.feed(block.ln_2(x)));
      after.push(cache);
    }
    return [this.lmHead(this.lnF(x)), after];
  }
}

export const transformerGpt: Program = program("transformer-gpt", async (ref) => {
  manualSeed(0);
  const model = new Classifier(20, 16, 2, 2, 3);
  await ref.checkState("c0", model.stateDict(), 1e-5);
  let tokens = randint(1, 20, [9, 12]);
  const lengths = randint(3, 10, [12]);
  tokens = tokens.maskedFill(arange(9).unsqueeze(1).ge(lengths.unsqueeze(0)), 0);
  await ref.check("tokens", tokens);
  const y = tokens.at(0).remainder(3);
  const adam = new Adam(model.parameters(), { lr: 5e-3 });
  const classifier: Tensor[] = [];
  await times(10, async () => {
    adam.zeroGrad();
    const loss = F.crossEntropy(model(tokens, lengths), y);
    loss.backward();
    clipGradNorm_(model.parameters(), 0.5);
    adam.step();
    classifier.push(loss);
    await loss.item();
  });
  await ref.check("c_losses", classifier, 1e-3);
  await ref.checkState("c1", model.stateDict(), 2e-2);

  manualSeed(1337);
  const gpt = new GPT();
  const renamed = (state: Record<string, Tensor>) =>
    Object.fromEntries(Object.entries(state).map(([k, v]) => [k.replace(/^transformer\./, ""), v]));
  const initial = renamed(ref.state("g0"));
  const own = gpt.stateDict();
  ref.expect(
    `keys ${Object.keys(own).filter((k) => !(k in initial))} | ${Object.keys(initial).filter((k) => !(k in own))}`,
    Object.keys(own).every((k) => k in initial) && Object.keys(initial).every((k) => k in own),
  );
  gpt.loadStateDict(initial);
  await ref.check("nparams", [gpt.parameters().reduce((n, p) => n + p.numel(), 0)]);
  const decay = gpt.parameters().filter((p) => p.ndim >= 2);
  const rest = gpt.parameters().filter((p) => p.ndim < 2);
  const optimizer = new AdamW(
    [
      { params: decay, weightDecay: 0.1 },
      { params: rest, weightDecay: 0 },
    ],
    { lr: 3e-3, betas: [0.9, 0.95] },
  );
  const data = tensor(
    Array.from({ length: 600 }, (_, i) => (i * i + 3 * i) % 27),
    { dtype: "i32" },
  );
  const losses: Tensor[] = [];
  // the PyTorch program drew its weights before the batches; draw as many here
  await times(15, async (it) => {
    const lr = 3e-3 * Math.min(1, (it + 1) / 5);
    for (const group of optimizer.paramGroups) group.lr = lr;
    const ix = await randint(0, 600 - T, [8]).data();
    const x = stack([...ix].map((i) => data.at(slice(i, i + T))));
    const target = stack([...ix].map((i) => data.at(slice(i + 1, i + 1 + T))));
    const [, loss] = gpt(x, target);
    optimizer.zeroGrad();
    loss?.backward();
    clipGradNorm_(gpt.parameters(), 1);
    optimizer.step();
    losses.push(loss as Tensor);
    await loss?.item();
  });
  await ref.check("g_losses", losses, 1e-3);
  let idx = tensor([[1, 4]], { dtype: "i32" });
  for (let i = 0; i < 12; i++) {
    const [logits] = noGrad(() => gpt(idx));
    idx = cat([idx, logits.at(slice(null), -1).argmax(-1, { keepdim: true })], 1);
  }
  await ref.check("generated", idx);
  let caches: Cache[] = [];
  const words = [1, 4];
  for (let at = 0; at < 13; at++) {
    const [logits, after] = noGrad(() =>
      gpt.next(tensor([[words[at] as number]], { dtype: "i32" }), at, caches),
    );
    caches = after;
    const next = await logits.argmax(-1).item();
    if (at > 0) words.push(next);
  }
  await ref.check("generated", words);
});
