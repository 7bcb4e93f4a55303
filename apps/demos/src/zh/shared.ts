import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "{seconds} min": "{seconds} 分钟",
  '{name}: no column "{target}" to predict; there are {names}':
    "{name}：没有可预测的列“{target}”；有这些列：{names}",
  '{name}: only one column, "{target}", and nothing to predict it from':
    "{name}：只有一列“{target}”，没有可用来预测它的列",
  "{name}: only one row: nothing to learn from": "{name}：只有一行，没有可学的",
  '{name}: column "{target}" is {value} in every row: nothing to learn':
    "{name}：列“{target}”在每一行都是 {value}，没有可学的",
  "{name}: its settings are not a JSON object": "{name}：其中的设置不是 JSON 对象",
  "{name}: weights of the demo {from}, not of {demo}":
    "{name}：这是演示 {from} 的权重，不是 {demo} 的",
};
