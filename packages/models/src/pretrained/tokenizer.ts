import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { SubwordTokenizer } from "@wgrad/datasets";
import { type FolderOptions, jsonOf, openFolder, PretrainedError, textOf } from "./folder.ts";

/**
 * A message of a conversation. Templates read `role`, `content` and further model-specific fields.
 */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly [key: string]: unknown;
}

/** Settings of `applyChatTemplate`, under transformers' names. */
export interface ChatTemplateOptions {
  /** Ends with the start of the model's answer. */
  readonly addGenerationPrompt?: boolean;
  /** Returns token ids (default) or the text. */
  readonly tokenize?: boolean;
  /** The text of a template, or the name of one if there are several. */
  readonly chatTemplate?: string;
  /** Functions that the model may call, as JSON schemas. */
  readonly tools?: readonly unknown[];
  readonly documents?: readonly unknown[];
  /** Further variables of the template, such as `{ enable_thinking: false }`. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

const SIGNATURE =
  "tokenizer.applyChatTemplate(messages: array, { addGenerationPrompt: boolean, tokenize: boolean, chatTemplate: string, tools, documents, variables })";

/**
 * The tokenizer of a model with its `tokenizer_config.json`: chat templates and names of special
 * tokens.
 */
export class PretrainedTokenizer extends SubwordTokenizer {
  /** The content of `tokenizer_config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The chat templates by name; the usual one is "default". */
  readonly chatTemplates: Readonly<Record<string, string>>;

  constructor(
    json: object,
    config: Readonly<Record<string, unknown>> = {},
    chatTemplate: string | null = null,
  ) {
    checkCall("new PretrainedTokenizer(json: object, config?, chatTemplate?)", arguments);
    super(json);
    this.config = config;
    this.chatTemplates = {
      ...templatesOf(config.chat_template),
      ...(chatTemplate !== null && { default: chatTemplate }),
    };
  }

  /**
   * Formats a conversation with the chat template of the model: ids for `generate`, or text with
   * `tokenize: false`. The template is in Jinja, which the optional peer dependency
   * `@huggingface/jinja` runs.
   *
   * ```ts
   * const ids = await tokenizer.applyChatTemplate([{ role: "user", content: "Hello" }], { addGenerationPrompt: true });
   * ```
   *
   * Throws PretrainedError if there is no template, or if the template refuses the conversation.
   */
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options: ChatTemplateOptions & { readonly tokenize: false },
  ): Promise<string>;
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options?: ChatTemplateOptions & { readonly tokenize?: true },
  ): Promise<number[]>;
  async applyChatTemplate(
    messages: readonly ChatMessage[],
    options: ChatTemplateOptions = {},
  ): Promise<string | number[]> {
    checkCall(SIGNATURE, arguments);
    checkMessages(messages);
    const { addGenerationPrompt = false, tokenize = true, variables = {} } = options;
    const template = this.#template(options.chatTemplate);
    const { Template } = await jinja();
    let text: string;
    try {
      text = new Template(template).render({
        ...this.#specialTokens(),
        messages,
        add_generation_prompt: addGenerationPrompt,
        ...(options.tools !== undefined && { tools: options.tools }),
        ...(options.documents !== undefined && { documents: options.documents }),
        ...variables,
      });
    } catch (error) {
      throw new PretrainedError(
        `applyChatTemplate: the template threw: ${(error as Error).message}`,
        { cause: error },
      );
    }
    return tokenize ? this.encode(text, { addSpecialTokens: false }) : text;
  }

  #template(given: string | undefined): string {
    const found = this.chatTemplates[given ?? "default"];
    if (found !== undefined) return found;
    if (given !== undefined && /\{[{%]/.test(given)) return given;
    const names = Object.keys(this.chatTemplates);
    const which = given === undefined ? "has no chat template" : `has no chat template "${given}"`;
    const there = names.length === 0 ? "" : `; its templates are ${names.join(", ")}`;
    throw new PretrainedError(
      `applyChatTemplate: the tokenizer ${which}${there}\n  hint: pass the text of a template as chatTemplate`,
    );
  }

  /** `bos_token`, `eos_token` and so on, as text. */
  #specialTokens(): Record<string, string> {
    const tokens = Object.entries(this.config).flatMap(([key, value]): [string, string][] => {
      if (!/_token$/.test(key)) return [];
      const text =
        typeof value === "object" ? (value as { content?: unknown } | null)?.content : value;
      return typeof text === "string" ? [[key, text]] : [];
    });
    return Object.fromEntries(tokens);
  }
}

/** A single template, or several with names. */
function templatesOf(given: unknown): Record<string, string> {
  if (typeof given === "string") return { default: given };
  if (!Array.isArray(given)) return {};
  const named = given as { readonly name: string; readonly template: string }[];
  return Object.fromEntries(named.map(({ name, template }) => [name, template]));
}

function checkMessages(messages: readonly ChatMessage[]): void {
  const fits = Array.isArray(messages) && messages.every((one) => typeof one?.role === "string");
  if (fits) return;
  throw new ArgumentError(
    'applyChatTemplate: needs messages that have a role each\n  hint: [{ role: "user", content: "Hello" }]',
  );
}

async function jinja(): Promise<typeof import("@huggingface/jinja")> {
  try {
    return await import("@huggingface/jinja");
  } catch (error) {
    throw new PretrainedError(
      "applyChatTemplate: templates need @huggingface/jinja\n  hint: npm install @huggingface/jinja",
      { cause: error },
    );
  }
}

/**
 * The tokenizer of a pretrained folder: `tokenizer.json`, with `tokenizer_config.json` and
 * `chat_template.jinja` if they exist.
 */
export async function loadTokenizer(
  source: string | URL,
  options: FolderOptions = {},
): Promise<PretrainedTokenizer> {
  checkCall(
    "loadTokenizer(source: any, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
    arguments,
  );
  const folder = openFolder(source, options);
  const json = await jsonOf(folder, "tokenizer.json");
  if (typeof json !== "object" || json === null)
    throw new PretrainedError(`loadTokenizer: ${folder.name} has no tokenizer.json`);
  const config = (await jsonOf(folder, "tokenizer_config.json")) ?? {};
  const template = await textOf(folder, "chat_template.jinja");
  return new PretrainedTokenizer(json, config as Record<string, unknown>, template);
}
