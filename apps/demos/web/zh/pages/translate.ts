import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "It learns to put together known pieces; what it has never seen it can only guess.":
    "它学会拼接已知的片段；从没见过的只能猜。",
  "Write a sentence from the list with another word in it.": "取列表中的一句，换掉其中一个词。",
  "The pieces around it stay; an unknown word is left out or replaced.":
    "前后的片段不变；不认识的词被漏掉或替换。",
  "Messages of at most 4 words.": "最多 4 个词的消息。",
  "Fewer sentences to learn from: unseen ones are translated worse.":
    "可学的句子更少：未见过的翻译得更差。",
  "80 epochs.": "80 轮。",
  "The training loss goes on falling, the perplexity on unseen sentences turns up.":
    "训练损失继续下降，未见过的句子上的困惑度却回升。",
  "messages in two languages": "两种语言的消息",
  "A small Transformer learns Chinese from the messages of the TypeScript compiler: an encoder reads the English, a decoder writes the Chinese one character at a time and looks at both. {hole} stands for what is filled in later.":
    "一个小 Transformer 从 TypeScript 编译器的消息学习中文：编码器读英文，解码器一个字一个字地写中文，两边都看。{hole} 代表之后填入的内容。",
  "First it writes what is frequent, then what fits the sentence. Sentences it has not seen it gets right in part: they share words and turns with those it has. Longer messages are more to learn from, and take longer.":
    "它先写常见的，再写合乎句子的。没见过的句子能译对一部分：它们与见过的有相同的词和说法。消息越长，可学的越多，也越花时间。",
  "Your sentence, and sentences it has not seen": "你的句子，以及它没见过的句子",
  "Training warms up to this for 8 % of the steps, then falls along half a cosine.":
    "训练的前 8% 步升到该值，然后沿半个余弦下降。",
  "Words of the longest": "最长的词数",
  "Perplexity, unseen sentences": "困惑度，未见过的句子",
  "BLEU, unseen sentences": "BLEU，未见过的句子",
  "the same on all messages, beside the nearest known ones":
    "同样的内容用全部消息，并与最相近的已知消息比较",
  "An English sentence": "一个英文句子",
  "Sentences it has not seen": "它没见过的句子",
  "It does not know: {unknown}.": "它不认识：{unknown}。",
  "It has seen this one; the translator wrote: {reference}":
    "这一句它见过；译者写的是：{reference}",
  "{known} sentences are learned from.": "用 {known} 个句子学习。",
};
