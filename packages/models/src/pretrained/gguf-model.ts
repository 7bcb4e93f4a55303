import type { Shape, Tensor } from "@wgrad/autograd";
import { checkCall, fillFrom, unfilled } from "@wgrad/autograd/plugin";
import type { Source } from "@wgrad/autograd/saving";
import { LlamaForCausalLM } from "../architectures/llama.ts";
import type { Config } from "../config.ts";
import { ReaderError } from "../readers/error.ts";
import { type OpenGguf, openGguf } from "../readers/gguf.ts";

/** Names of a layer in a GGUF file and here. */
const LAYER: Readonly<Record<string, string>> = {
  "attn_norm.weight": "input_layernorm.weight",
  "ffn_norm.weight": "post_attention_layernorm.weight",
  "attn_q.weight": "self_attn.q_proj.weight",
  "attn_k.weight": "self_attn.k_proj.weight",
  "attn_v.weight": "self_attn.v_proj.weight",
  "attn_q.bias": "self_attn.q_proj.bias",
  "attn_k.bias": "self_attn.k_proj.bias",
  "attn_v.bias": "self_attn.v_proj.bias",
  "attn_output.weight": "self_attn.o_proj.weight",
  "ffn_gate.weight": "mlp.gate_proj.weight",
  "ffn_up.weight": "mlp.up_proj.weight",
  "ffn_down.weight": "mlp.down_proj.weight",
};

const OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};

/**
 * A Llama or Qwen2 from a GGUF file, with weights dequantised to f32.
 *
 * Throws ReaderError for other architectures and tensor types, and if a weight is missing.
 */
export async function fromGguf(source: Source): Promise<LlamaForCausalLM> {
  checkCall("fromGguf(source: any)", arguments);
  const file = await openGguf(source);
  try {
    const config = configOf(file);
    const { made: model } = unfilled(() => new LlamaForCausalLM(config));
    const targets = new Map<string, Tensor>(Object.entries(model.stateDict()));
    const left = new Set(targets.keys());
    for (const name of file.names) {
      const key = keyOf(name);
      const target = key === null ? undefined : targets.get(key);
      if (key === null || target === undefined) continue;
      const { data, shape } = await file.read(name);
      await fillFrom(target, [toHalfRotation(config, key, data as Float32Array, shape)]);
      left.delete(key);
    }
    if (left.size > 0)
      throw new ReaderError(`fromGguf: the file has no ${[...left].slice(0, 6).join(", ")}`);
    return model.eval();
  } finally {
    await file.close();
  }
}

function keyOf(name: string): string | null {
  const layer = /^blk\.(\d+)\.(.+)$/.exec(name);
  if (layer === null) return OUTSIDE[name] ?? null;
  const inner = LAYER[layer[2] as string];
  return inner === undefined ? null : `model.layers.${layer[1]}.${inner}`;
}

function configOf({ metadata, names, shape }: OpenGguf): Config {
  const type = String(metadata["general.architecture"]);
  if (type !== "llama" && type !== "qwen2")
    throw new ReaderError(
      `fromGguf: the architecture ${type} is not supported\n  hint: supported are llama and qwen2`,
    );
  const number = (key: string, otherwise?: number): number => {
    const value = metadata[`${type}.${key}`] ?? otherwise;
    if (typeof value === "number") return value;
    throw new ReaderError(`fromGguf: the file has no ${type}.${key}`);
  };
  const heads = number("attention.head_count");
  const width = number("embedding_length");
  return {
    model_type: type,
    architectures: [type === "llama" ? "LlamaForCausalLM" : "Qwen2ForCausalLM"],
    vocab_size: shape("token_embd.weight")[0] as number,
    hidden_size: width,
    intermediate_size: number("feed_forward_length"),
    num_hidden_layers: number("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: number("attention.head_count_kv", heads),
    head_dim: number("attention.key_length", width / heads),
    max_position_embeddings: number("context_length"),
    rms_norm_eps: number("attention.layer_norm_rms_epsilon"),
    rope_theta: number("rope.freq_base", 10_000),
    tie_word_embeddings: !names.includes("output.weight"),
    bos_token_id: metadata["tokenizer.ggml.bos_token_id"] ?? null,
    eos_token_id: metadata["tokenizer.ggml.eos_token_id"] ?? null,
  };
}

/**
 * Reorders rows of queries and keys: GGUF's Llama rotates adjacent dimensions of a head, this one
 * its halves.
 */
function toHalfRotation(
  config: Config,
  key: string,
  data: Float32Array,
  shape: Shape,
): Float32Array {
  const side = /self_attn\.(q|k)_proj\.weight$/.exec(key)?.[1];
  if (config.model_type !== "llama" || side === undefined) return data;
  const heads = Number(side === "q" ? config.num_attention_heads : config.num_key_value_heads);
  const [rows, columns] = shape as [number, number];
  const [size, half] = [rows / heads, rows / heads / 2];
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const [head, at] = [Math.floor(row / size), row % size];
    const from = head * size + 2 * (at % half) + Math.floor(at / half);
    out.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return out;
}
