import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "1. Moby-Dick, character by character": "1. 逐字符读《白鲸》",
  "between how many characters each hesitates, on the last tenth of the novel:":
    "各自在多少个字符之间犹豫，在小说的最后十分之一上：",
  "2. The same model reads three speeches of Lincoln's": "2. 同一个模型读林肯的三篇演讲",
  "and one that has read nothing before, for as many steps:":
    "再让一个之前什么也没读过的走同样多步：",
  "Runs of four characters and more, counted, beat a GPT of this size: it is small, and saw little.":
    "统计四个及以上字符的串，胜过这个规模的 GPT：它很小，看得也少。",
};
