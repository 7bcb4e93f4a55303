import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { load } from "@wgrad/autograd/saving";
import {
  architectures,
  BertForSequenceClassification,
  BertModel,
  Conv1D,
  fromGguf,
  fromPretrained,
  GPT2LMHeadModel,
  LlamaForCausalLM,
  Lora,
  loadLora,
  loadTokenizer,
  MobileNetV2,
  PretrainedError,
  quantize,
  SentenceEncoder,
  saveLora,
  savePretrained,
} from "@wgrad/models";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

const golden = new URL("../../../golden/models/", import.meta.url).pathname;
const folderOf = (name: string): string => join(golden, name);
const ids = (): Tensor => tensor(Int32Array.of(5, 9, 2, 11), { shape: [1, 4] });
let place = "";

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "wgrad-pretrained-"));
  await init({ device: "wasm" });
});
afterAll(() => rmSync(place, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

type Callable = (ids: Tensor) => { readonly logits: Tensor };
const logitsOf = async (model: unknown): Promise<unknown> =>
  noGrad(() => (model as Callable)(ids()).logits).tolist();

describe("savePretrained", () => {
  test.each(["gpt2-tiny", "llama-tiny", "llama-sharded", "bert-mlm"])(
    "%s is restored exactly, whole and in shards",
    async (name) => {
      const model = (await fromPretrained(folderOf(name))) as GPT2LMHeadModel;
      const wanted = await logitsOf(model);
      for (const [to, maxShardSize] of [
        ["whole", 1e9],
        ["shards", 20_000],
      ] as const) {
        const folder = join(place, name, to);
        await savePretrained(model, folder, { maxShardSize });
        expect(readdirSync(folder).filter((file) => file.endsWith(".part"))).toEqual([]);
        expect(readdirSync(folder).length).toBeGreaterThan(to === "whole" ? 1 : 4);
        expect(await logitsOf(await fromPretrained(folder))).toEqual(wanted);
      }
    },
  );

  test("a torchvision model with a config is found by its name", async () => {
    const model = new MobileNetV2({ num_classes: 3, width_mult: 0.25 }).eval();
    await savePretrained(model, join(place, "mobilenet"));
    const again = await fromPretrained(join(place, "mobilenet"));
    expect(again).toBeInstanceOf(MobileNetV2);
  });

  test("classes that a minifier renamed are initialized and saved as theirs", async () => {
    const names = [Conv1D, GPT2LMHeadModel].map((type) => ({ type, name: type.name }));
    try {
      for (const { type } of names) Object.defineProperty(type, "name", { value: "a" });
      const model = new GPT2LMHeadModel({
        ...{ vocab_size: 8, n_embd: 64, n_layer: 1, n_head: 2, n_positions: 8 },
        initializer_range: 0.02,
      });
      const { weight } = model.transformer.h.at(0).attn.cAttn;
      expect(await weight.std().item()).toBeCloseTo(0.02, 3);
      await savePretrained(model, join(place, "renamed"));
      const config = JSON.parse(readFileSync(join(place, "renamed", "config.json"), "utf8"));
      expect(config).toMatchObject({ model_type: "gpt2", architectures: ["GPT2LMHeadModel"] });
    } finally {
      for (const { type, name } of names) Object.defineProperty(type, "name", { value: name });
    }
  });

  test("a quantized base is refused", async () => {
    const model = await quantize(
      new GPT2LMHeadModel({ vocab_size: 8, n_embd: 32, n_layer: 1, n_head: 2, n_positions: 8 }),
    );
    await expect(savePretrained(model, join(place, "bits"))).rejects.toThrow("quantized weights");
  });

  test("an adapter is restored exactly", async () => {
    const model = await fromPretrained(folderOf("gpt2-tiny"), { architecture: GPT2LMHeadModel });
    const lora = await loadLora(model, join(folderOf("gpt2-tiny"), "adapter"));
    const wanted = await logitsOf(model);
    await saveLora(lora, join(place, "adapter"));
    lora.disable();
    const again = await loadLora(model, join(place, "adapter"));
    expect(await logitsOf(model)).toEqual(wanted);
    const state = await load(join(place, "adapter", "adapter_model.safetensors"));
    expect(Object.keys(state).sort()).toEqual(Object.keys(again.stateDict()).sort());
  });
});

describe("fromPretrained", () => {
  test("unused weights of the files are reported", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await fromPretrained(folderOf("bert-cls"), { architecture: BertModel });
    expect(warn.mock.calls.flat().join()).toContain(
      "2 weights of the files are not used: classifier.bias, classifier.weight",
    );
  });

  test("a missing head is initialised, with a warning", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = await fromPretrained(folderOf("minilm-tiny"), {
      architecture: BertForSequenceClassification,
      config: { num_labels: 4 },
    });
    expect(model.classifier.weight.shape).toEqual([4, 24]);
    expect(await model.classifier.weight.std().item()).toBeCloseTo(0.02, 2);
    expect(warn.mock.calls.flat().join()).toContain(
      "classifier.weight, classifier.bias: they were newly initialised",
    );
  });

  test("mismatches are reported", async () => {
    const wrong = fromPretrained(folderOf("gpt2-tiny"), { config: { n_embd: 64 } });
    await expect(wrong).rejects.toThrow(PretrainedError);
    await expect(wrong).rejects.toThrow(
      "transformer.h.0.attn.c_attn.bias: [96] in the file, [192] here",
    );
    await expect(fromPretrained(folderOf("gpt2-tiny"), { config: { n_layer: 3 } })).rejects.toThrow(
      "12 weights of the model are missing in the files\n  transformer.h.2.ln_1.weight",
    );
    await expect(
      fromPretrained(folderOf("gpt2-tiny"), { config: { architectures: ["FalconForCausalLM"] } }),
    ).rejects.toThrow(
      'the architecture "FalconForCausalLM" is not supported\n  hint: supported are BertModel',
    );
    await expect(fromPretrained(join(place, "nowhere"))).rejects.toThrow(
      /there is no folder .*nowhere\n {2}hint: "hf:owner\/name" is a repository of the hub/,
    );
    await expect(fromPretrained(join(place, "model.onnx"))).rejects.toThrow(
      "hint: use loadOnnx of @wgrad/models/onnx for .onnx files",
    );
    await expect(fromPretrained("hf:a b")).rejects.toThrow('"hf:a b" is not a repository');
    mkdirSync(join(place, "empty"));
    await expect(fromPretrained(join(place, "empty"))).rejects.toThrow("has no config.json");
    copyFileSync(join(folderOf("gpt2-tiny"), "config.json"), join(place, "empty", "config.json"));
    await expect(fromPretrained(join(place, "empty"))).rejects.toThrow("has no model.safetensors");
  });

  test("every architecture of the table can be constructed from a config", async () => {
    expect(Object.keys(architectures).length).toBeGreaterThan(15);
    const model = new MobileNetV2({ num_classes: 3, width_mult: 0.25 }).eval();
    const images = tensor(new Float32Array(3 * 32 * 32), { shape: [1, 3, 32, 32] });
    expect(noGrad(() => model(images)).shape).toEqual([1, 3]);
  });
});

describe("a server", () => {
  let server: Server;
  let address = "";
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = decodeURIComponent(request.url as string);
      asked.push(path);
      const file = path.replace(/^\/owner\/([\w-]+)\/resolve\/main\//, "$1/");
      if (path.startsWith("/owner/gated")) response.writeHead(401).end();
      else {
        try {
          response.end(readFileSync(join(golden, file)));
        } catch {
          response.writeHead(404).end();
        }
      }
    });
    await new Promise<void>((ready) => server.listen(0, ready));
    address = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test("a hub repository is downloaded once, and then read from the cache", async () => {
    const options = { mirrors: [address], cacheFolder: join(place, "cache") };
    const files: string[] = [];
    const model = await fromPretrained("hf:owner/llama-sharded", {
      ...options,
      onProgress: ({ file }) => files.push(file),
    });
    expect(new Set(files).size).toBeGreaterThan(3);
    const count = asked.length;
    const again = await fromPretrained("hf:owner/llama-sharded", { ...options, offline: true });
    expect(asked.length).toBe(count);
    await expect(
      fromPretrained("hf:owner/vit-tiny", { ...options, offline: true }),
    ).rejects.toThrow("hf:owner/vit-tiny (offline, from the cache) has no config.json");
    expect(await logitsOf(again)).toEqual(await logitsOf(model));
    expect(await logitsOf(model)).toEqual(
      await logitsOf(await fromPretrained(folderOf("llama-sharded"))),
    );
  });

  test("unavailable files are reported with the reason", async () => {
    const options = { mirrors: [address], cacheFolder: join(place, "cache") };
    await expect(fromPretrained("hf:owner/gated", options)).rejects.toThrow(
      "the repository is gated or private",
    );
    await expect(
      fromPretrained("hf:owner/gpt2-tiny", {
        ...options,
        sha256: { "model.safetensors": "0".repeat(64) },
      }),
    ).rejects.toThrow(/model\.safetensors is not available[\s\S]*sha256/);
    await expect(
      fromPretrained("hf:owner/none", {
        mirrors: ["http://localhost:9"],
        cacheFolder: join(place, "c2"),
      }),
    ).rejects.toThrow(/there seems to be no network/);
  });
});

describe("fromGguf", () => {
  const bytes = (
    parts: readonly (string | number | bigint | Uint8Array)[],
    width = 4,
  ): Uint8Array => {
    const out: number[] = [];
    const little = (value: bigint, length: number) => {
      for (let i = 0; i < length; i++) out.push(Number((value >> BigInt(8 * i)) & 255n));
    };
    for (const part of parts) {
      if (typeof part === "string") {
        const text = new TextEncoder().encode(part);
        little(BigInt(text.length), 8);
        out.push(...text);
      } else if (typeof part === "bigint") little(part, 8);
      else if (typeof part === "number") little(BigInt(part), width);
      else out.push(...part);
    }
    return Uint8Array.from(out);
  };
  const float = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);

  test("a Llama with queries and keys in GGUF's order equals the original", async () => {
    const model = await fromPretrained(folderOf("llama-tiny"), { architecture: LlamaForCausalLM });
    const wanted = (await logitsOf(model)) as number[][][];
    const tensors: [string, readonly number[], Float32Array][] = [];
    const names: Record<string, string> = {
      "model.embed_tokens.weight": "token_embd.weight",
      "model.norm.weight": "output_norm.weight",
      "lm_head.weight": "output.weight",
      input_layernorm: "attn_norm",
      post_attention_layernorm: "ffn_norm",
      "self_attn.q_proj": "attn_q",
      "self_attn.k_proj": "attn_k",
      "self_attn.v_proj": "attn_v",
      "self_attn.o_proj": "attn_output",
      "mlp.gate_proj": "ffn_gate",
      "mlp.up_proj": "ffn_up",
      "mlp.down_proj": "ffn_down",
    };
    for (const [key, value] of Object.entries(model.stateDict())) {
      const layer = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(key);
      const name =
        layer === null ? names[key] : `blk.${layer[1]}.${names[layer[2] as string]}.weight`;
      const heads = key.includes("q_proj") ? 4 : key.includes("k_proj") ? 2 : 0;
      const [rows = 0, columns = 0] = value.shape;
      const ordered =
        heads === 0
          ? value
          : value
              .reshape([heads, 2, rows / heads / 2, columns])
              .transpose(1, 2)
              .reshape([rows, columns]);
      tensors.push([name as string, value.shape, Float32Array.from(await ordered.data())]);
    }
    const metadata: [string, number, number | string | Uint8Array][] = [
      ["general.architecture", 8, "llama"],
      ["llama.embedding_length", 4, 32],
      ["llama.feed_forward_length", 4, 56],
      ["llama.block_count", 4, 2],
      ["llama.attention.head_count", 4, 4],
      ["llama.attention.head_count_kv", 4, 2],
      ["llama.context_length", 4, 64],
      ["llama.attention.layer_norm_rms_epsilon", 6, float(1e-5)],
      ["llama.rope.freq_base", 6, float(10_000)],
    ];
    let offset = 0n;
    const heads = tensors.flatMap(([name, shape, data]) => {
      const parts = [name, shape.length, ...[...shape].reverse().map(BigInt), 0, offset];
      offset += BigInt(Math.ceil(data.byteLength / 32) * 32);
      return parts;
    });
    const head = bytes([
      new TextEncoder().encode("GGUF"),
      ...[3, BigInt(tensors.length), BigInt(metadata.length)],
      ...metadata.flat(),
      ...heads,
    ]);
    const padded = (part: Uint8Array): Uint8Array => {
      const out = new Uint8Array(Math.ceil(part.length / 32) * 32);
      out.set(part);
      return out;
    };
    const parts = [head, ...tensors.map(([, , data]) => new Uint8Array(data.buffer))].map(padded);
    const file = join(place, "llama.gguf");
    writeFileSync(file, Buffer.concat(parts));
    expect(await logitsOf(await fromGguf(file))).toEqual(wanted);
  });
});

describe("text", () => {
  test("sentences become vectors of length 1, and similar ones are close", async () => {
    const encoder = await SentenceEncoder.fromPretrained(folderOf("minilm-tiny"));
    const vectors = encoder.encode(["The cat sat on the mat.", "a small network"]);
    const [[one, across]] = (await vectors.matmul(vectors.t()).tolist()) as [[number, number]];
    expect(one).toBeCloseTo(1, 5);
    expect(across).toBeLessThan(1);
    const tokenizer = await loadTokenizer(folderOf("minilm-tiny"));
    expect(tokenizer.decode(tokenizer.encode("a small network"))).toBe("a small network");
  });

  test("an adapter is kept when the model is saved without it", async () => {
    const model = await fromPretrained(folderOf("gpt2-tiny"), { architecture: GPT2LMHeadModel });
    const plain = await logitsOf(model);
    new Lora(model, { r: 2, targetModules: "all-linear" });
    await savePretrained(model, join(place, "plain"));
    expect(await logitsOf(await fromPretrained(join(place, "plain")))).toEqual(plain);
  });
});
