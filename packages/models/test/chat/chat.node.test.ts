import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChatMessage,
  type ChatTemplateOptions,
  loadTokenizer,
  PretrainedError,
} from "@wgrad/models";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Case {
  readonly template: string;
  readonly messages: readonly ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly tools: readonly unknown[] | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly ids: readonly number[];
}

const { templates, cases } = JSON.parse(
  readFileSync(new URL("cases.json", import.meta.url), "utf8"),
) as { templates: Record<string, string>; cases: Case[] };
const tokens = { bos_token: "<s>", eos_token: { content: "</s>" }, unk_token: "<unk>" };
const question: ChatMessage[] = [{ role: "user", content: "Who?" }];
let place = "";

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "wgrad-chat-"));
  const golden = new URL("../../../../golden/models/llama-tiny/", import.meta.url).pathname;
  copyFileSync(join(golden, "tokenizer.json"), join(place, "tokenizer.json"));
});
afterAll(() => rmSync(place, { recursive: true }));

const tokenizerWith = (config: object): ReturnType<typeof loadTokenizer> => {
  writeFileSync(join(place, "tokenizer_config.json"), JSON.stringify({ ...tokens, ...config }));
  return loadTokenizer(place);
};

test.each(cases.map((one, i) => [i, one] as const))(
  "conversation %i is formatted as by transformers",
  async (_, one) => {
    const tokenizer = await tokenizerWith({ chat_template: templates[one.template] });
    const options: ChatTemplateOptions = {
      addGenerationPrompt: one.addGenerationPrompt,
      variables: one.variables,
      ...(one.tools !== null && { tools: one.tools }),
    };
    const text = await tokenizer.applyChatTemplate(one.messages, { ...options, tokenize: false });
    expect(text).toBe(one.text);
    expect(await tokenizer.applyChatTemplate(one.messages, { ...options, tokenize: true })).toEqual(
      one.ids,
    );
  },
);

test("several templates are selected by name, and chat_template.jinja takes precedence", async () => {
  const named = Object.entries(templates).map(([name, template]) => ({ name, template }));
  const tokenizer = await tokenizerWith({ chat_template: named });
  const text = { tokenize: false } as const;
  await expect(tokenizer.applyChatTemplate(question)).rejects.toThrow(
    "has no chat template; its templates are chatml, inst, headers",
  );
  const inst = await tokenizer.applyChatTemplate(question, { ...text, chatTemplate: "inst" });
  expect(inst).toBe("<s>[INST] Who? [/INST]");
  const own = "{{ messages | length }} turn";
  expect(await tokenizer.applyChatTemplate(question, { ...text, chatTemplate: own })).toBe(
    "1 turn",
  );
  writeFileSync(join(place, "chat_template.jinja"), own);
  const first = await tokenizerWith({ chat_template: templates.inst });
  expect(await first.applyChatTemplate(question, text)).toBe("1 turn");
  rmSync(join(place, "chat_template.jinja"));
});

test("conversations that cannot be formatted throw an error", async () => {
  const none = await tokenizerWith({});
  await expect(none.applyChatTemplate(question)).rejects.toThrow(
    "the tokenizer has no chat template\n  hint: pass the text of a template as chatTemplate",
  );
  const inst = await tokenizerWith({ chat_template: templates.inst });
  const twice = inst.applyChatTemplate([...question, ...question]);
  await expect(twice).rejects.toThrow(PretrainedError);
  await expect(twice).rejects.toThrow("the template threw: turns of user and assistant take turns");
  await expect(inst.applyChatTemplate(["Who?"] as never)).rejects.toThrow(
    "needs messages that have a role",
  );
  await expect(inst.applyChatTemplate(question, { prompt: true } as never)).rejects.toThrow(
    "prompt",
  );
});
