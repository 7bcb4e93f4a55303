import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "What comes next is a chance for each character; the model learns letters, then words, and how far it looks back decides the rest.":
    "接下来是什么，就是每个字符的一个概率；模型先学字母，再学单词，其余取决于它能往回看多远。",
  "Temperature 0.1, then 1.5.": "温度取 0.1，再取 1.5。",
  "Cold, it repeats what is likeliest; hot, it invents words.":
    "温度低时重复最可能的，温度高时编造新词。",
  "A context of 8 characters.": "上下文取 8 个字符。",
  "Words come out, sentences do not: it cannot see their beginning.":
    "能写出单词，写不出句子：它看不到句子的开头。",
  "Two layers, width 64, 4,000 steps.": "两层，宽度 64，4,000 步。",
  "Slower, and the perplexity gets lower than with one narrow layer.":
    "更慢，但困惑度比一个窄层更低。",
  Layer: "层",
  "Attention of each head": "每个注意力头的注意力",
  "Chance of each next character": "下一个字符的概率",
  "What it looks at to say the next character: each head of":
    "说出下一个字符时它看哪里：每个注意力头，",
  "What comes next": "接下来是什么",
  "layer {i}": "第 {i} 层",
  "A small GPT reads Moby-Dick and predicts each next character. It writes while it learns: first random letters, then made-up words, then real ones. Under the text is what each attention head looks at, the darker the more, and the chances of what comes next.":
    "一个小 GPT 读《白鲸》，预测每个下一个字符。它边学边写：先是随机字母，然后是生造的词，最后是真正的词。文字下面是每个注意力头在看哪里（越深看得越多），以及接下来各字符的概率。",
  "A perplexity of 10 means that it is as unsure as if 10 characters were equally likely. It is measured on a part of the novel that is not learned from. The dashed lines are n-gram models (Kneser-Ney). A wider, deeper model that trains for longer gets lower.":
    "困惑度 10 表示犹豫程度相当于 10 个字符等可能。它在小说中不用于学习的部分上测得。虚线是 n 元模型 (Kneser-Ney)。更宽、更深、训练更久的模型会更低。",
  "What it writes, with the weights of the moment": "用当前权重写出的文字",
  Temperature: "温度",
  "Training warms up to this for 5 % of the steps, then falls to 2 % of it, along half a cosine.":
    "训练的前 5% 步升到该值，然后沿半个余弦降到它的 2%。",
  Layers: "层数",
  Context: "上下文",
  "Perplexity on the unread part": "未读部分的困惑度",
  "the same for longer, beside counting, and then how the model takes up Lincoln's speeches":
    "同样的内容训练更久，与计数方法比较，然后看模型如何学会林肯的演讲",
  Prompt: "提示词",
  "Written earlier in this training": "本次训练中先前写的",
  "Continue this": "接着写",
  "Perplexity on a part of the novel that it does not read; dashed: counting runs of n characters (n-grams)":
    "小说中它不读的部分上的困惑度；虚线：统计 n 个字符的串（n 元）",
  "step {step}": "第 {step} 步",
  "Perplexity along the steps, beside counting": "困惑度随步数的变化，与计数方法比较",
  "{length}-gram": "{length} 元",
};
