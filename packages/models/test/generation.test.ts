import { init, manualSeed, memory, type Tensor } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import {
  type Config,
  GPT2LMHeadModel,
  generate,
  generateStream,
  LlamaForCausalLM,
  Lora,
} from "@wgrad/models";
import { beforeAll, describe, expect, inject, test } from "vitest";

/** Number of generated tokens. */
const COUNT = inject("tier") === "full" ? 200 : 60;

const gpt2: Config = {
  ...{ vocab_size: 64, n_positions: 256, n_embd: 32, n_layer: 2, n_head: 4 },
  ...{ resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0 },
};
const llama: Config = {
  ...{ vocab_size: 64, hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256 },
};

const models = { GPT2: () => new GPT2LMHeadModel(gpt2), Llama: () => new LlamaForCausalLM(llama) };

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test.each(Object.entries(models))(
    `%s: ${COUNT} tokens use one plan in constant memory`,
    async (_, make) => {
      manualSeed(1);
      const model = make().eval();
      const looks: { misses: number; bytes: number }[] = [];
      for await (const [token] of generateStream(model, [[1, 2, 3]], { maxNewTokens: COUNT })) {
        expect(token).toBeLessThan(64);
        const { bytes } = memory();
        looks.push({
          misses: counters().planMisses,
          bytes: bytes.cells + bytes.owned + bytes.slots + bytes.arena,
        });
      }
      expect(looks).toHaveLength(COUNT);
      for (const look of looks.slice(10)) expect(look).toEqual(looks[10]);
    },
  );
});

describe("generate", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("samples the same from one seed, and stops where `stop` says so", async () => {
    const model = new GPT2LMHeadModel(gpt2).eval();
    const draw = async (): Promise<unknown> => {
      manualSeed(3);
      const options = { maxNewTokens: 12, doSample: true, topK: 9, temperature: 0.8 };
      return (await generate(model, [[1, 2]], options)).tolist();
    };
    expect(await draw()).toEqual(await draw());
    const stopped = await generate(model, [1, 2], {
      maxNewTokens: 12,
      stop: (ids) => ids.length === 4,
    });
    expect(stopped.shape).toEqual([1, 6]);
  });

  test("refuses invalid input with a hint", async () => {
    const model = new GPT2LMHeadModel(gpt2).eval();
    const failing = (ids: number[][], options: object = {}) => generate(model, ids, options);
    await expect(failing([[1], [1, 2]])).rejects.toThrow("pad on the left");
    await expect(failing([[1]], { maxNewTokens: 300 })).rejects.toThrow(
      "301 tokens in total, but the model has 256 positions",
    );
    await expect(failing([[1]], { temperature: 0, doSample: true })).rejects.toThrow(
      "temperature is 0",
    );
    await expect(failing([[1]], { topK: 0, doSample: true })).rejects.toThrow("topK is 0");
    await expect(failing([[1]], { temprature: 1 })).rejects.toThrow("temperature");
    await expect(failing([[99]])).rejects.toThrow("99");
  });
});

describe("Lora", () => {
  beforeAll(() => init({ device: "cpu" }));
  const ids = [[1, 2, 3, 4]];

  test("a model can have two adapters, of which one is enabled; disabled adapters do not change it", async () => {
    const model = new GPT2LMHeadModel(gpt2).eval();
    const logits = async (): Promise<unknown> =>
      (
        model((await generate(model, ids, { maxNewTokens: 1 })).narrow(1, 0, 4)).logits as Tensor
      ).tolist();
    const plain = await logits();
    const options = { r: 2, targetModules: ["c_attn"] };
    const [one, two] = [new Lora(model, options), new Lora(model, options)];
    for (const [i, lora] of [one, two].entries()) {
      const [, b] = lora.parameters() as [Tensor, Tensor];
      const state = lora.stateDict();
      const [name] = Object.keys(state).filter((key) => key.includes("lora_B"));
      lora.loadStateDict({ ...state, [name as string]: b.detach().add(i + 1) });
    }
    two.disable();
    const first = await logits();
    one.disable();
    expect(await logits()).toEqual(plain);
    two.enable();
    const second = await logits();
    expect(new Set([plain, first, second].map(String)).size).toBe(3);
  });

  test("an adapter that does not fit changes nothing", () => {
    const lora = new Lora(new GPT2LMHeadModel(gpt2), { r: 2, targetModules: ["c_attn"] });
    const { [Object.keys(lora.stateDict())[0] as string]: _, ...rest } = lora.stateDict();
    expect(() => lora.loadStateDict(rest)).toThrow(/missing: base_model.model.transformer.h.0/);
    expect(() => new Lora(new GPT2LMHeadModel(gpt2), { targetModules: ["q_proj"] })).toThrow(
      'no layer is named ["q_proj"]\n  hint: the linear layers are c_attn, c_proj, c_fc',
    );
  });
});
