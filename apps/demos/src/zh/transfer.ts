import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "{teach} drawings of each of {length} things to learn from, {ask} to be told":
    "{length} 样东西各用 {teach} 张画学习，{ask} 张用来测试",
  "MobileNetV2 looks at each once: what its twelfth layer sees becomes 96 numbers …":
    "MobileNetV2 对每张画各看一次：第十二层看到的变成 96 个数……",
  "The layers that know edges, corners and textures were trained on a million photographs. They stay as they are; only a line of weights on top is new, and {teach} drawings of each thing teach it.":
    "认识边缘、角和纹理的各层是用上百万张照片训练的。它们保持不变；新的只有最上面的一行权重，由每样东西的 {teach} 张画教会。",
};
