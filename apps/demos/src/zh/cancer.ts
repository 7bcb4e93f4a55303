import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "{tumours} tumours, {measures} measures of their cells: malignant or benign?":
    "{tumours} 个肿瘤，{measures} 项细胞指标：恶性还是良性？",
  "A quarter is held out, with the same share of each kind. Means and deviations come from the rows to train on alone: what is held out may not speak before it is asked.":
    "留出四分之一，每类的比例不变。均值和标准差只取自训练行：留出的数据在被询问之前不能透露任何信息。",
  "area under ROC": "ROC 下面积",
  "all taken for benign": "全部判为良性",
  "one measure: {name}": "单项指标：{name}",
  "logistic regression": "逻辑回归",
  "{missed} of {malignant} malignant tumours are taken for benign, {alarm} of {benign} benign ones for malignant. The two errors do not cost the same. Where to cut is not for the model to say: the curve in the picture shows what each choice buys.":
    "{malignant} 个恶性肿瘤中有 {missed} 个被判为良性，{benign} 个良性肿瘤中有 {alarm} 个被判为恶性。两种错误的代价并不相同。在哪里划界不由模型来说：图中的曲线显示每种选择能换来什么。",
  "what weighs most, for one deviation more (+ speaks for benign):":
    "权重最大的指标，每增加一个标准差（+ 表示偏向良性）：",
};
