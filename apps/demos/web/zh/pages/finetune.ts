import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Teaching all weights costs thousands of numbers for each task; LoRA's few come close to it.":
    "教全部权重，每个任务要几千个数；LoRA 的少数几个就能接近。",
  "Compare the two texts it writes at the end.": "比较最后写出的两段文字。",
  "Both sound more like speeches than the novel that they began with.":
    "两段听起来都更像演讲，而不像开头读的小说。",
  "Read the novel for fewer steps.": "读小说的步数更少。",
  "LoRA suffers more: it can only bend what is there.": "LoRA 受影响更大：它只能改变已有的东西。",
  "A higher rank.": "更大的秩。",
  "More numbers learn, and LoRA comes nearer to all weights.":
    "学习的数更多，LoRA 更接近全部权重。",
  "speeches (4 MB)": "演讲（4 MB）",
  "A small GPT reads Moby-Dick character by character. Then it is taught Lincoln's speeches in two ways at once: one copy may change all of its weights, the other keeps them and learns only LoRA's narrow matrices beside them.":
    "一个小 GPT 逐字符读《白鲸》。然后同时用两种方法教它林肯的演讲：一个副本可以改变全部权重，另一个保持权重不变，只学习旁边的 LoRA 窄矩阵。",
  "Both become better on a speech that neither reads; of the second there is a fraction to save for each thing it is taught. A smaller rank learns fewer numbers still.":
    "两者在都没读过的一篇演讲上都有进步；后者每教一样东西，只需保存一小部分。秩更小，要学的数更少。",
  "What is reached, with all weights and with a few": "用全部权重和用少数权重所达到的结果",
  "Rank of LoRA's matrices": "LoRA 矩阵的秩",
  "Steps on the novel": "读小说的步数",
  "Steps on the speeches": "读演讲的步数",
  "Cross-entropy of the batch: the novel, then the speeches with LoRA":
    "这一批的交叉熵：先是小说，然后是用 LoRA 读演讲",
  "Perplexity with LoRA": "使用 LoRA 的困惑度",
  "Perplexity with all weights": "使用全部权重的困惑度",
  "the same for longer, beside a network that has read nothing before; bytes to save, and characters a second with keys and values kept":
    "同样的内容训练更久，与之前什么也没读过的网络比较；要保存的字节数，以及保留键和值时每秒的字符数",
  "With LoRA it writes": "使用 LoRA 写出",
  "With all weights it writes": "使用全部权重写出",
  "Perplexity on a speech that neither reads, along the steps on the speeches":
    "两者都不读的一篇演讲上的困惑度，随读演讲的步数变化",
  "LoRA learns {lora} numbers, the other {full}.": "LoRA 学习 {lora} 个数，另一个学习 {full} 个。",
  "It reads the novel.": "正在读小说。",
  "Both read the speeches.": "两者都在读演讲。",
  "Nothing yet: it reads the novel first.": "还没有：它先读小说。",
  "Perplexity along the steps, with LoRA and with all weights":
    "困惑度随步数的变化，使用 LoRA 与使用全部权重",
  "all weights": "全部权重",
};
