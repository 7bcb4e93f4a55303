import type { Table } from "../shared/language.ts";

export const zh: Table = {
  accuracy: "准确率",
  mean: "平均",
  "right of 100": "每百个答对",
  "numbers learned": "学习的参数",
  "it writes letters, and no words yet.": "它写得出字母，还写不出词。",
  "on his fourth speech:": "在他的第四篇演讲上：",
  perplexity: "困惑度",
  model: "模型",
  "mean error": "平均误差",
  leaves: "叶数",
  "{seconds} min": "{seconds} 分钟",
  "all {count} rows, too few to hold any out": "全部 {count} 行，太少，无法留出",
  "{count} held-out rows": "{count} 个留出行",
  "stopped {where}": "停止于{where}",
  "WebGPU on a graphics card, else WebAssembly": "有显卡时为 WebGPU，否则为 WebAssembly",
  "where to compute: {devices} (default: {byDefault})":
    "在哪里计算：{devices}（默认：{byDefault}）",
  "start of every random number (default 0)": "所有随机数的起点（默认 0）",
  "quick: seconds, to see it run; full: the lesson (default)":
    "quick：几秒钟，看它运行；full：完整课程（默认）",
  "passes over the data, in place of the lesson's own": "遍历数据的轮数，代替课程自己的值",
  "a table of your own: the last column is the target, the others predict it":
    "你自己的表格：最后一列是目标，用其他列预测它",
  "the column of --csv to predict": "--csv 中要预测的列",
  "write the trained weights as safetensors": "把训练好的权重写成 safetensors",
  "use these weights instead of training": "使用这些权重，不再训练",
  "go on answering requests there afterwards, until Ctrl-C (0: a free port)":
    "结束后继续在该端口回答请求，直到 Ctrl-C（0：任一空闲端口）",
  "where pictures go (default apps/demos/out)": "图片放在哪里（默认 apps/demos/out）",
  "the language of what is said (default: as LANG says)": "输出的语言（默认：按 LANG 的设置）",
  "the result as one line of JSON on stdout, the lesson on stderr":
    "结果以一行 JSON 写到 stdout，课程内容写到 stderr",
  "this text (-h too)": "显示这段文字（也可用 -h）",
  "{name} takes no --{flag}; --help lists the options": "{name} 没有 --{flag}；--help 列出选项",
  "--target names a column of --csv FILE, which is not given":
    "--target 指定 --csv FILE 的一列，但没有给出 --csv",
  "--load {load}: there is no such file": "--load {load}：没有这个文件",
  "--load {load} is a folder, not a file": "--load {load} 是文件夹，不是文件",
  "{sentence}; --help lists the options": "{sentence}；--help 列出选项",
  "--out {out} is a file, not a folder": "--out {out} 是文件，不是文件夹",
  "--out {out}: {there} is a file, not a folder": "--out {out}：{there} 是文件，不是文件夹",
  "--out {out}: files in {there}": "--out {out}：{there} 中的文件",
  "--save {save} is a folder, not a file": "--save {save} 是文件夹，不是文件",
  "--save {save}: there is no folder {folder}": "--save {save}：没有文件夹 {folder}",
  "--save {save}: {folder} is no folder": "--save {save}：{folder} 不是文件夹",
  '--{option} is "{text}"; it is {values}': "--{option} 是“{text}”；应为 {values}",
  "{least} or more": "至少为 {least}",
  "from {least} to {most}": "从 {least} 到 {most}",
  '--{option} is "{text}"; it is a whole number, {range}':
    "--{option} 是“{text}”；应为整数，{range}",
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
  "step {step}": "第 {step} 步",
  measured: "测得",
  value: "值",
  "must be": "要求",
  "✗ missed": "✗ 未达到",
  "after step {taken} of {all}": "第 {taken} 步之后，共 {all} 步",
  "  {taken} steps in {seconds} s, {name} {loss}": "  {seconds} 秒走了 {taken} 步，{name} {loss}",
  "step {step}/{steps}": "第 {step}/{steps} 步",
  loss: "损失",
  "{left} s left": "还剩 {left} 秒",
  "  weights from {load}: nothing is trained": "  权重来自 {load}：不再训练",
  "  weights written to {save}": "  权重已写入 {save}",
  "{path} cannot be written ({message})": "无法写入 {path}（{message}）",
  "{name} cannot be written ({message})": "无法写入 {name}（{message}）",
  "the folder {path} cannot be made ({message})": "无法创建文件夹 {path}（{message}）",
};
