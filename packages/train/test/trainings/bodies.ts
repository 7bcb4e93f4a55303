import type { Dice } from "./dice.ts";

/** Layers that map a batch to rows of features. */
export interface Body {
  /**
   * The lines declare `x` (the batch), `model` (trained modules) and `body(x)`, which returns
   * [rows, features].
   */
  readonly lines: readonly string[];
  readonly rows: number;
  readonly features: number;
  /** Whether `x` is a float tensor and the body can be differentiated twice. */
  readonly smooth: boolean;
}

const activations = [
  "nn.ReLU()",
  "nn.Tanh()",
  "nn.GELU()",
  "nn.SiLU()",
  "nn.Sigmoid()",
  "nn.ELU()",
  "nn.LeakyReLU()",
  "nn.PReLU()",
  "nn.Softplus()",
  "nn.Mish()",
  "nn.Hardswish()",
  "nn.SELU()",
  "nn.Softsign()",
  "nn.Hardtanh()",
  "nn.Tanhshrink()",
  "nn.LogSigmoid()",
  "nn.CELU()",
  "nn.Hardsigmoid()",
  "nn.ReLU6()",
] as const;
const smoothActivations = ["nn.Tanh()", "nn.GELU()", "nn.SiLU()", "nn.Sigmoid()", "nn.Softplus()"];

const activation = (d: Dice): string => d.choose(activations);

/** Sizes, of which some are divisible by four. */
const size = (d: Dice): number => d.choose([3, 4, 5, 7, 8, 12, 16]);

/** Layers applied one after another. */
const chain = (
  layers: readonly string[],
  features: number,
  rows: number,
  smooth: boolean,
): Body => ({
  lines: [
    `const model = new nn.Sequential(${layers.map((layer) => `new ${layer}`).join(", ")});`,
    "const body = (x) => model(x);",
  ],
  rows,
  features,
  smooth,
});

function dense(d: Dice): Body {
  const rows = size(d);
  let features = size(d);
  const first = features;
  const smooth = d.once(3);
  const layers: string[] = [];
  for (let depth = 1 + d.below(3); depth > 0; depth--) {
    const next = size(d);
    layers.push(`nn.Linear(${features}, ${next}, { bias: ${!d.once(4)} })`);
    features = next;
    const norm = d.below(6);
    if (norm === 0) layers.push(`nn.LayerNorm(${features})`);
    else if (norm === 1) layers.push(`nn.BatchNorm1d(${features})`);
    else if (norm === 2) layers.push(`nn.RMSNorm(${features})`);
    layers.push(smooth ? d.choose(smoothActivations) : activation(d));
    if (d.once(5)) layers.push("nn.Dropout(0.3)");
    if (d.once(6) && features % 2 === 0) {
      layers.push("nn.GLU()");
      features /= 2;
    }
  }
  const body = chain(layers, features, rows, smooth);
  return { ...body, lines: [`const x = w.randn([${rows}, ${first}]);`, ...body.lines] };
}

/** Residual blocks scaled by a learned number; several may share one layer. */
function residual(d: Dice): Body {
  const [rows, features] = [size(d), size(d)];
  const blocks = 1 + d.below(4);
  const shared = d.once(2);
  const scale = d.choose(["[]", "[1]", `[${features}]`]);
  return {
    lines: [
      `const x = w.randn([${rows}, ${features}]);`,
      `class Block extends nn.Module {
  constructor(layer) { super(); this.layer = layer; this.alpha = nn.parameter(w.full(${scale}, 0.1)); this.activation = new ${activation(d)}; }
  forward(x) { return x.add(this.activation(this.layer(x)).mul(this.alpha)); }
}`,
      `const layer = () => new nn.Linear(${features}, ${features});`,
      `const one = layer();`,
      `const model = new nn.Sequential(${Array.from({ length: blocks }, () => `new Block(${shared ? "one" : "layer()"})`).join(", ")});`,
      "const body = (x) => model(x);",
    ],
    rows,
    features,
    smooth: false,
  };
}

function pictures(d: Dice): Body {
  const [rows, channels, side] = [2 + d.below(3), 1 + d.below(3), d.choose([5, 6, 8])];
  const layers: string[] = [];
  let [c, s] = [channels, side];
  for (let depth = 1 + d.below(2); depth > 0; depth--) {
    const next = d.choose([2, 3, 4, 8]);
    layers.push(`nn.Conv2d(${c}, ${next}, 3, { padding: 1, bias: ${!d.once(3)} })`);
    c = next;
    const norm = d.below(5);
    if (norm === 0) layers.push(`nn.BatchNorm2d(${c})`);
    else if (norm === 1) layers.push(`nn.GroupNorm(1, ${c})`);
    else if (norm === 2) layers.push(`nn.InstanceNorm2d(${c})`);
    layers.push(activation(d));
    if (s >= 4 && d.once(2)) {
      layers.push(d.choose(["nn.MaxPool2d(2)", "nn.AvgPool2d(2)"]));
      s = Math.floor(s / 2);
    } else if (d.once(4)) {
      layers.push("nn.Upsample({ scaleFactor: 2 })");
      s *= 2;
    }
  }
  layers.push("nn.Flatten()");
  const body = chain(layers, c * s * s, rows, false);
  return {
    ...body,
    lines: [`const x = w.randn([${rows}, ${channels}, ${side}, ${side}]);`, ...body.lines],
  };
}

/** Reduces a sequence [batch, time, features] to rows. */
const pooled = (d: Dice): string => d.choose(["mean(1)", "amax(1)", "select(1, -1)", "sum(1)"]);

function recurrent(d: Dice): Body {
  const [rows, time, features, hidden] = [2 + d.below(3), 2 + d.below(4), size(d), size(d)];
  const kind = d.choose(["LSTM", "GRU", "RNN"]);
  const both = d.once(3);
  const options = `{ batchFirst: true, numLayers: ${1 + d.below(2)}, bidirectional: ${both} }`;
  return {
    lines: [
      `const x = w.randn([${rows}, ${time}, ${features}]);`,
      `const model = new nn.${kind}(${features}, ${hidden}, ${options});`,
      `const body = (x) => model(x)[0].${pooled(d)};`,
    ],
    rows,
    features: both ? 2 * hidden : hidden,
    smooth: false,
  };
}

function attention(d: Dice): Body {
  const [rows, time] = [2 + d.below(2), 3 + d.below(5)];
  const [heads, width] = d.choose([
    [1, 8],
    [2, 8],
    [2, 12],
    [4, 16],
  ] as const);
  const batchFirst = d.once(2);
  const options = `{ dimFeedforward: ${size(d)}, dropout: ${d.choose([0, 0.1])}, batchFirst: ${batchFirst}, activation: "${d.choose(["relu", "gelu"])}", normFirst: ${d.once(2)} }`;
  const shape = batchFirst ? [rows, time, width] : [time, rows, width];
  return {
    lines: [
      `const x = w.randn([${shape}]);`,
      `const model = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(${width}, ${heads}, ${options}), ${1 + d.below(2)});`,
      `const body = (x) => model(x).${batchFirst ? "mean(1)" : "mean(0)"};`,
    ],
    rows,
    features: width,
    smooth: false,
  };
}

function tokens(d: Dice): Body {
  const [rows, time, words, width] = [2 + d.below(4), 3 + d.below(4), 5 + d.below(6), size(d)];
  return {
    lines: [
      `const x = w.randint(0, ${words}, [${rows}, ${time}]);`,
      `const model = new nn.Embedding(${words}, ${width});`,
      `const body = (x) => model(x).${pooled(d)};`,
    ],
    rows,
    features: width,
    smooth: false,
  };
}

/**
 * Sequences that are shifted, rotated or mirrored, combined with themselves, and then normalized.
 */
function shifted(d: Dice): Body {
  const [rows, features] = [d.choose([2, 4, 8]), d.choose([8, 12, 16, 10])];
  const shift = d.choose([
    "h.roll(1, 1)",
    "h.roll(-1, 0)",
    "h.flip(1)",
    `w.cat([h.narrow(1, ${features / 2}, ${features / 2}).neg(), h.narrow(1, 0, ${features / 2})], 1)`,
    `w.pad(h.narrow(1, 0, ${features - 1}), [1, 0])`,
    `w.pad(h.narrow(0, 0, ${rows - 1}), [0, 0, 1, 0])`,
  ]);
  const join = d.choose([
    `h.sub(${shift})`,
    `h.mul(0.7).add(${shift}.mul(mix))`,
    `h.maximum(${shift})`,
    `h.mul(${shift}).add(mix)`,
  ]);
  const end = d.choose([
    "softmax(1)",
    "logSoftmax(1)",
    "sub(u.mean(1, { keepdim: true }))",
    "div(u.square().mean(1, { keepdim: true }).add(0.1).sqrt())",
    "sub(u.logsumexp(1, { keepdim: true }))",
  ]);
  const rounds = 1 + d.below(3);
  return {
    lines: [
      `const x = w.randn([${rows}, ${features}]);`,
      `class Mixed extends nn.Module {
  constructor() { super(); this.layer = new nn.Linear(${features}, ${features}); this.mix = nn.parameter(w.tensor(0.4)); }
  forward(x) { return this.layer(x); }
}`,
      "const model = new Mixed();",
      `const body = (x) => {
  let u = model(x);
  const { mix } = model;
  for (let i = 0; i < ${rounds}; i++) { const h = u.mul(0.5).tanh(); u = ${join}; }
  return u.${end};
};`,
    ],
    rows,
    features,
    smooth: false,
  };
}

/** All bodies; those listed more often are chosen more often. */
export const bodies: readonly ((d: Dice) => Body)[] = [
  dense,
  dense,
  dense,
  residual,
  residual,
  pictures,
  recurrent,
  attention,
  attention,
  tokens,
  shifted,
  shifted,
];
