import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { SubwordTokenizer } from "@wgrad/datasets";
import { type FolderOptions, jsonOf, openFolder, PretrainedError, textOf } from "./folder.ts";

/** A turn of a conversation; templates read `role`, `content` and whatever else a model's turns have. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly [key: string]: unknown;
}

/** Settings of `applyChatTemplate`, under transformers' names. */
export interface ChatTemplateOptions {
  /** Ends with what begins the model's own turn. */
  readonly addGenerationPrompt?: boolean;
  /** Gives token ids (default), or the text. */
  readonly tokenize?: boolean;
  /** A template's text, or the name of one where there are several. */
  readonly chatTemplate?: string;
  /** What the model may call, as JSON schemas. */
  readonly tools?: readonly unknown[];
  readonly documents?: readonly unknown[];
  /** What else the template asks for, such as `{ enable_thinking: false }`. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

const SIGNATURE =
  "tokenizer.applyChatTemplate(messages, { addGenerationPrompt: boolean, tokenize: boolean, chatTemplate: string, tools, documents, variables })";

/** A model's tokenizer with what its `tokenizer_config.json` says: templates of conversations, and names of special tokens. */
export class PretrainedTokenizer extends SubwordTokenizer {
  /** `tokenizer_config.json`, as it was read. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The model's templates by name; the usual one is "default". */
  readonly chatTemplates: Readonly<Record<string, string>>;

  constructor(
    json: object,
    config: Readonly<Record<string, unknown>> = {},
    chatTemplate: string | null = null,
  ) {
    checkCall("new PretrainedTokenizer(json, config?, chatTemplate?)", arguments);
    super(json);
    this.config = config;
    this.chatTemplates = {
      ...templatesOf(config.chat_template),
      ...(chatTemplate !== null && { default: chatTemplate }),
    };
  }

  /**
   * A conversation as the model was taught to read it, by the template that came with it: ids for `generate`, or its text with
   * `tokenize: false`. The template is Jinja, which the optional peer `@huggingface/jinja` runs.
   *
   * ```ts
   * const ids = await tokenizer.applyChatTemplate([{ role: "user", content: "Hello" }], { addGenerationPrompt: true });
   * ```
   *
   * Throws PretrainedError where there is no template, and where the template refuses the conversation.
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
        `applyChatTemplate: the template says: ${(error as Error).message}`,
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
    const there = names.length === 0 ? "" : `; there are ${names.join(", ")}`;
    throw new PretrainedError(
      `applyChatTemplate: the tokenizer ${which}${there}\n  hint: pass a template's text as chatTemplate`,
    );
  }

  /** `bos_token`, `eos_token` and the like, as texts. */
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

/** One template, or several with names. */
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
    'applyChatTemplate: takes turns with a role each\n  hint: [{ role: "user", content: "Hello" }]',
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

/** The tokenizer of a pretrained folder: its `tokenizer.json`, and what `tokenizer_config.json` and `chat_template.jinja` add. */
export async function loadTokenizer(
  source: string | URL,
  options: FolderOptions = {},
): Promise<PretrainedTokenizer> {
  checkCall(
    "loadTokenizer(source, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
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
