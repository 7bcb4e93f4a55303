import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall, unfilled } from "@wgrad/autograd/plugin";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { SubwordTokenizer } from "@wgrad/datasets";
import { UniversalSentenceEncoder } from "../architectures/universal-sentence-encoder.ts";
import { ReaderError } from "../readers/error.ts";

/** Suffixes of the graph nodes that hold weights, and their keys in a layer here. */
const LAYER: readonly (readonly [end: string, key: string])[] = [
  ["TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_scale", "attention_norm.weight"],
  ["TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_bias", "attention_norm.bias"],
  ["MultiheadAttention/qkv_transform_single/kernel", "attention.qkv.weight"],
  ["MultiheadAttention/qkv_transform_single/bias", "attention.qkv.bias"],
  ["MultiheadAttention/output_transform_single/kernel", "attention.output.weight"],
  ["MultiheadAttention/output_transform_single/bias", "attention.output.bias"],
  ["TransformerLayer/dense/kernel", "residual.weight"],
  ["TransformerLayer/dense/bias", "residual.bias"],
  ["FFN/layer_prepostprocess/layer_norm/layer_norm_scale", "feed_forward_norm.weight"],
  ["FFN/layer_prepostprocess/layer_norm/layer_norm_bias", "feed_forward_norm.bias"],
  ["FFN/conv1/Tensordot", "lin1.weight"],
  ["FFN/conv1/bias", "lin1.bias"],
  ["FFN/conv2/Tensordot", "lin2.weight"],
  ["FFN/conv2/bias", "lin2.bias"],
];

/** Suffixes that the graph optimiser appends to the name of a weight. */
const FOLDED = /(\/ConcatPartitions\/concat|\/part_0|\/Reshape_1)$/;

/**
 * The Universal Sentence Encoder Lite from TensorFlow.js files: the weights of its graph, by node
 * name.
 *
 * Throws ReaderError if a weight is missing.
 */
export function universalSentenceEncoderFromTfjs(
  weights: Readonly<Record<string, TensorRecord>>,
): UniversalSentenceEncoder {
  checkCall("universalSentenceEncoderFromTfjs(weights: object)", arguments);
  const embeddings = Object.entries(weights).find(([name]) => name.includes("Embeddings_"));
  const vocab_size = embeddings?.[1].shape[0] ?? 8002;
  const { made: model } = unfilled(() => new UniversalSentenceEncoder({ vocab_size }));
  const targets = new Map<string, Tensor>(Object.entries(model.stateDict()));
  const missing = new Set(targets.keys());
  noGrad(() => {
    for (const [name, { data, shape }] of Object.entries(weights)) {
      const key = keyOf(name.replace(FOLDED, ""));
      const target = key === null ? undefined : targets.get(key);
      if (key === null || target === undefined || data.length < 2) continue;
      target.copy_(inOrder(key, tensor(data, { shape })));
      missing.delete(key);
    }
  });
  if (missing.size > 0)
    throw new ReaderError(
      `universalSentenceEncoderFromTfjs: the weights have no ${[...missing].slice(0, 5).join(", ")}`,
    );
  return model.eval();
}

function keyOf(name: string): string | null {
  if (/(^|\/)Embeddings_\w+$/.test(name)) return "embeddings.weight";
  if (name.endsWith("tanh_layer_0/weights")) return "output.weight";
  if (name.endsWith("tanh_layer_0/bias")) return "output.bias";
  const layer = /\/Layer_(\d+)\/(.+)$/.exec(name);
  const found = layer && LAYER.find(([end]) => (layer[2] as string).endsWith(end));
  return found ? `layers.${(layer as RegExpExecArray)[1]}.${found[1]}` : null;
}

/**
 * Permutes TensorFlow's matrices, which are [in, out], or [1, 1, in, out] for convolutions of width
 * 1.
 */
function inOrder(key: string, value: Tensor): Tensor {
  if (key === "embeddings.weight" || value.shape.length < 2) return value;
  return value.reshape(value.shape.slice(-2)).t();
}

/**
 * Number of special pieces at the start of the vocabulary: unknown, begin, end and three unused
 * ones.
 */
const RESERVED = 6;

/**
 * The tokenizer of its vocabulary, `[piece, log probability]` by id, which finds the most probable
 * pieces of a text. Unigram language model, Kudo 2018.
 */
export function sentencePieceTokenizer(
  pieces: readonly (readonly [piece: string, score: number])[],
): SubwordTokenizer {
  checkCall("sentencePieceTokenizer(pieces: array)", arguments);
  const least = pieces.reduce((low, [, score]) => Math.min(low, score), 0);
  const vocab = pieces.map(([piece, score], i) => [piece, i < RESERVED ? 100 * least : score]);
  return new SubwordTokenizer({
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "NFKC" },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false },
    post_processor: null,
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false },
    model: { type: "Unigram", unk_id: 0, vocab },
  });
}
