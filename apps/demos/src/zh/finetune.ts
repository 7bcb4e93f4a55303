import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "1. A GPT reads Moby-Dick": "1. GPT 读《白鲸》",
  "2. It reads three speeches of Lincoln's, in three ways": "2. 用三种方法读林肯的三篇演讲",
  "From scratch: it has read nothing before.": "从零开始：之前什么也没读过。",
  "Full fine-tuning: every weight of the novel's may move.":
    "全量微调：读过小说的所有权重都可以改变。",
  "LoRA: the novel's weights stay, narrow matrices beside them learn.":
    "LoRA：读过小说的权重不变，旁边的窄矩阵学习。",
  "kB to save": "要保存的 kB",
  "ms a step": "每步毫秒",
  "3. It writes": "3. 它来写",
  "and without the adapter, which is switched off, what it was before:":
    "关掉适配器之后，与之前一样：",
  "{kept} characters a second with keys and values kept, {anew} when all is read anew":
    "保留键和值时每秒 {kept} 个字符，全部重读时 {anew} 个",
  "A step takes {lora} ms with LoRA, {full} with all weights; {writes}.":
    "用 LoRA 一步 {lora} 毫秒，用全部权重 {full} 毫秒；{writes}。",
};
