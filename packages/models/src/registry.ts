import { BertModel } from "./architectures/bert.ts";
import { BertForMaskedLM, BertForSequenceClassification } from "./architectures/bert-heads.ts";
import { DistilBertModel } from "./architectures/distilbert.ts";
import {
  DistilBertForMaskedLM,
  DistilBertForSequenceClassification,
} from "./architectures/distilbert-heads.ts";
import { GPT2LMHeadModel, GPT2Model } from "./architectures/gpt2.ts";
import { LlamaForCausalLM, LlamaModel } from "./architectures/llama.ts";
import { MarianMTModel } from "./architectures/marian.ts";
import { MobileNetV2 } from "./architectures/mobilenet-v2.ts";
import { ResNet } from "./architectures/resnet.ts";
import { T5ForConditionalGeneration } from "./architectures/t5.ts";
import { ViTForImageClassification, ViTModel } from "./architectures/vit.ts";
import type { Config } from "./config.ts";
import { PretrainedError } from "./pretrained/folder.ts";

/** A class that is constructed from a config. */
export interface Architecture<Model = PretrainedModel> {
  new (config: Config): Model;
  /** The prefix of the base model in models with a head; files may omit it. */
  readonly prefix: string;
}

/** A model of any supported architecture. */
export type PretrainedModel =
  | BertModel
  | BertForMaskedLM
  | BertForSequenceClassification
  | DistilBertModel
  | DistilBertForMaskedLM
  | DistilBertForSequenceClassification
  | GPT2Model
  | GPT2LMHeadModel
  | LlamaModel
  | LlamaForCausalLM
  | MarianMTModel
  | MobileNetV2
  | ResNet
  | T5ForConditionalGeneration
  | ViTModel
  | ViTForImageClassification;

/**
 * Classes by the names in `architectures` (transformers) or `architecture` (torchvision) of a
 * config.
 */
export const architectures: Readonly<Record<string, Architecture>> = {
  BertModel,
  BertForMaskedLM,
  BertForSequenceClassification,
  DistilBertModel,
  DistilBertForMaskedLM,
  DistilBertForSequenceClassification,
  GPT2Model,
  GPT2LMHeadModel,
  LlamaModel,
  LlamaForCausalLM,
  Qwen2Model: LlamaModel,
  Qwen2ForCausalLM: LlamaForCausalLM,
  MarianMTModel,
  mobilenet_v2: MobileNetV2,
  resnet: ResNet,
  T5ForConditionalGeneration,
  ViTModel,
  ViTForImageClassification,
};

/** The class for a config without `architectures`, by its `model_type`. */
const usual: Readonly<Record<string, string>> = {
  bert: "BertModel",
  distilbert: "DistilBertModel",
  gpt2: "GPT2LMHeadModel",
  llama: "LlamaForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  marian: "MarianMTModel",
  t5: "T5ForConditionalGeneration",
  vit: "ViTModel",
};

/** The `model_type` of each class. */
export const modelTypes: Readonly<Record<string, string>> = {
  ...{ BertModel: "bert", BertForMaskedLM: "bert", BertForSequenceClassification: "bert" },
  ...{ DistilBertModel: "distilbert", DistilBertForMaskedLM: "distilbert" },
  DistilBertForSequenceClassification: "distilbert",
  ...{ GPT2Model: "gpt2", GPT2LMHeadModel: "gpt2" },
  ...{ LlamaModel: "llama", LlamaForCausalLM: "llama" },
  MarianMTModel: "marian",
  T5ForConditionalGeneration: "t5",
  ...{ ViTModel: "vit", ViTForImageClassification: "vit" },
};

/** The class for a config. */
export function architectureOf(folder: string, config: Config): Architecture {
  const [listed] = (config.architectures ?? []) as readonly string[];
  const name = listed ?? config.architecture ?? usual[String(config.model_type)];
  const found = typeof name === "string" && Object.hasOwn(architectures, name);
  if (found) return architectures[name] as Architecture;
  throw new PretrainedError(
    `fromPretrained: ${folder}: the architecture ${JSON.stringify(name ?? config.model_type)} is not supported` +
      `\n  hint: supported are ${Object.keys(architectures).join(", ")}`,
  );
}
