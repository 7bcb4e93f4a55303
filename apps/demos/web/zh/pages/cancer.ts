import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "The model ranks nearly all tumours rightly (area 0.99); where to warn is a choice between two kinds of error.":
    "模型几乎把所有肿瘤都排对了顺序（面积 0.99）；在哪里报警，是在两种错误之间取舍。",
  "Move the threshold to 10 %.": "把阈值移到 10%。",
  "Hardly any malignant tumour is missed, and more benign ones are warned of.":
    "几乎不漏掉恶性肿瘤，但更多良性的被报警。",
  "Train for 2 epochs only.": "只训练 2 轮。",
  "Chances are less extreme, but the order is nearly as good already.":
    "概率没那么极端，但排序已经差不多一样好。",
  "The learning rate 0.001.": "学习率取 0.001。",
  "Chances stay nearer to one half; accuracy comes later than with 0.1.":
    "概率更接近一半，准确率比取 0.1 时来得晚。",
  "569 tumours, thirty measures of their cells each. Every dot is one that the model has not seen, by the chance it gives it to be malignant; the two rows are what it is. Right of the line it warns.":
    "569 个肿瘤，每个有三十项细胞指标。每个点是模型没见过的一个肿瘤，位置是模型认为它恶性的概率；上下两行是它的实际类别。线右边的会报警。",
  "Move the threshold: fewer missed, or fewer false alarms. Which is worse is not for the model to say. The curve shows what every threshold buys.":
    "移动阈值：漏掉的更少，或者误报更少。哪种更糟不由模型来说。曲线显示每个阈值能换来什么。",
  "Tumours held out, and where to warn": "留出的肿瘤，以及在哪里报警",
  "Accuracy at one half": "以一半为界的准确率",
  "Area under the ROC curve": "ROC 曲线下面积",
  "a decision, its two kinds of error, and what each costs":
    "一个决定、它的两种错误，以及各自的代价",
  "What weighs most": "权重最大的指标",
  Threshold: "阈值",
  "Every other threshold": "其他所有阈值",
  "What weighs most, for one deviation more": "权重最大的指标（每增加一个标准差）",
  "Tumours by the chance to be malignant": "按恶性概率排列的肿瘤",
  "Malignant ones found against false alarms": "找出的恶性肿瘤与误报",
  "{found} of {malignant} malignant tumours found (recall {recall}), {missed} missed; {alarms} of {benign} benign ones warned of (precision {precision}).":
    "{malignant} 个恶性肿瘤中找出 {found} 个（召回率 {recall}），漏掉 {missed} 个；{benign} 个良性肿瘤中误报 {alarms} 个（精确率 {precision}）。",
  "chance to be malignant →": "恶性的概率 →",
  malignant: "恶性",
  benign: "良性",
  "false alarms →": "误报 →",
  "↑ malignant ones found": "↑ 找出的恶性肿瘤",
};
