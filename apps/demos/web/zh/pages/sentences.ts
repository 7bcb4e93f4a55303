import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Sentences that mean the same lie close together in 512 numbers, even if they share no word.":
    "意思相同的句子在 512 维空间里挨得很近，哪怕没有一个词相同。",
  "Write two sentences with the same words and another meaning.":
    "写两个用词相同、意思不同的句子。",
  "The cosine stays high: order counts for little here.": "余弦仍然很高：词序在这里作用不大。",
  "20 labels instead of 100.": "用 20 个标签代替 100 个。",
  "Accuracy falls only a little: the encoder has done most of the work.":
    "准确率只降了一点：大部分工作编码器已经做了。",
  "240 labels.": "240 个标签。",
  "It gains a few more points, each dearer than the one before.":
    "再提高几个百分点，但一个比一个代价高。",
  "the sentence encoder (25 MB)": "句子编码器（25 MB）",
  "its vocabulary": "它的词表",
  "Write two sentences. An encoder that others trained turns each into 512 numbers (Google's Universal Sentence Encoder Lite, 25 MB, Apache-2.0); their cosine is near 1 where they mean the same, in whatever words.":
    "写两个句子（英文）。别人训练好的编码器把每句变成 512 个数（Google 的 Universal Sentence Encoder Lite，25 MB，Apache-2.0）；意思相同时，不论用什么词，它们的余弦都接近 1。",
  "Below are the reviews that are nearest to the first, of those that it has read so far. What learns here is only a line of 512 weights: praise or complaint, from a few labels.":
    "下面是到目前为止读过的评论中离第一句最近的。这里学习的只是一行 512 个权重：从少量标签学习判断好评或差评。",
  "A sentence, and what is near it": "一个句子，以及与它相近的",
  "Sentences with labels": "带标签的句子数",
  "the same on 3,000 sentences, beside the weights of words (tf-idf)":
    "同样的内容用 3,000 个句子，并与词的权重 (tf-idf) 比较",
  "A sentence": "一个句子",
  "Another sentence": "另一个句子",
  "The nearest reviews": "最近的评论",
  "Of the first: praise or complaint?": "第一句：好评还是差评？",
  "they mean the same, or nearly": "意思相同，或差不多",
  "they have something in common": "有一些共同之处",
  "they have little in common": "几乎没有共同之处",
  "The nearest reviews: none has been read yet": "最近的评论：还没有读过任何评论",
  "The nearest of {read} reviews": "{read} 条评论中最近的",
};
