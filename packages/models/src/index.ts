export { BertModel, type BertOptions, type BertOutput } from "./architectures/bert.ts";
export {
  BertForMaskedLM,
  BertForSequenceClassification,
  type LabelledBertOptions,
} from "./architectures/bert-heads.ts";
export { DistilBertModel, type DistilBertOptions } from "./architectures/distilbert.ts";
export {
  DistilBertForMaskedLM,
  DistilBertForSequenceClassification,
  type LabelledDistilBertOptions,
} from "./architectures/distilbert-heads.ts";
export { GPT2LMHeadModel, GPT2Model } from "./architectures/gpt2.ts";
export { LlamaForCausalLM, LlamaModel } from "./architectures/llama.ts";
export { MarianMTModel } from "./architectures/marian.ts";
export { MobileNetV2 } from "./architectures/mobilenet-v2.ts";
export { ResNet } from "./architectures/resnet.ts";
export { T5ForConditionalGeneration } from "./architectures/t5.ts";
export { UniversalSentenceEncoder } from "./architectures/universal-sentence-encoder.ts";
export { ViTForImageClassification, ViTModel, type ViTOptions } from "./architectures/vit.ts";
export { Cache, type CacheShape, CrossCache } from "./cache.ts";
export type { Config } from "./config.ts";
export { Conv1D } from "./conv1d.ts";
export type { CausalModel, GenerativeModel, SequenceModel } from "./generation/decoder.ts";
export {
  type GenerateOptions,
  generate,
  generateStream,
  type TokenIds,
} from "./generation/generate.ts";
export { type LogitsSettings, processLogits } from "./generation/logits.ts";
export { Lora, type LoraOptions } from "./lora.ts";
export type { BaseOutput, CausalOptions, DecoderOptions, LogitsOutput, Wanted } from "./outputs.ts";
export { loadLora } from "./pretrained/adapter.ts";
export {
  type FolderOptions,
  PretrainedError,
  type PretrainedProgress,
} from "./pretrained/folder.ts";
export { fromPretrained, type PretrainedOptions } from "./pretrained/from-pretrained.ts";
export { fromGguf } from "./pretrained/gguf-model.ts";
export { mobileNetV2FromKeras } from "./pretrained/keras-mobilenet.ts";
export {
  type FolderTarget,
  type SaveOptions,
  saveLora,
  savePretrained,
} from "./pretrained/save-pretrained.ts";
export {
  type ChatMessage,
  type ChatTemplateOptions,
  loadTokenizer,
  PretrainedTokenizer,
} from "./pretrained/tokenizer.ts";
export { QuantizedLinear, type QuantizeOptions, quantize } from "./quantize.ts";
export { ReaderError } from "./readers/error.ts";
export { type GgufValue, type OpenGguf, openGguf } from "./readers/gguf.ts";
export { type LongRecord, loadPt, type PtRecord, type PtValue, readPt } from "./readers/pt.ts";
export { readTfjsWeights, type TfjsGroup, type TfjsWeight } from "./readers/tfjs.ts";
export { type Architecture, architectures, type PretrainedModel } from "./registry.ts";
export { meanPool, SentenceEncoder } from "./sentence-encoder.ts";
export type { DecoderState, SequenceOptions, SequenceOutput } from "./sequence-to-sequence.ts";
