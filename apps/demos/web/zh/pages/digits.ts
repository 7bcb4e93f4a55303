import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "After a few seconds it reads nineteen of twenty unseen digits, and most of its mistakes look doubtful to us too.":
    "几秒后，二十个未见过的数字它能认出十九个，错的大多连我们看着也拿不准。",
  "Draw a 1 in a corner, very small.": "在角落里画一个很小的 1。",
  "It is read all the same: the drawing is brought to the size of the data first.":
    "照样能认出来：画先被缩放到数据的大小。",
  "The learning rate 0.1.": "学习率取 0.1。",
  "The loss jumps, many units may die, and accuracy stays low.":
    "损失乱跳，许多神经元可能失活，准确率一直很低。",
  "A batch of 256.": "批大小取 256。",
  "Fewer and smoother steps: after as many passes it has learned less.":
    "步数更少、更平稳：过同样多轮后学到的更少。",
  kernel: "卷积核",
  "picture under it": "下方的图像",
  products: "乘积",
  "The picture, and where the kernel is": "图像，以及卷积核所在的位置",
  "What the filter answers, up to here": "滤波器到这里为止的输出",
  Filter: "滤波器",
  "Where the kernel is": "卷积核所在的位置",
  "Step over the picture": "逐步扫过图像",
  "How a filter answers: its kernel steps over the picture":
    "滤波器如何得出输出：卷积核在图像上逐步移动",
  "filter {i}": "滤波器 {i}",
  Stop: "停止",
  "sum {sum} + bias {bias} = {result}; ReLU: {after}":
    "和 {sum} + 偏置 {bias} = {result}；ReLU：{after}",
  "60,000 digits": "60,000 个数字",
  "fresh digits": "新的数字",
  "Draw a digit: the bars are how likely the network takes each to be, while it learns. Below is what each filter of its first layer sees in your drawing, and what it took for what among digits that it does not learn from.":
    "画一个数字：横条表示网络边学边认为它是每个数字的可能性。下面是第一层各滤波器在你的画中看到的，以及在不用于学习的数字里它把什么认成了什么。",
  "The small digits are learned in seconds on most machines; MNIST, 60,000 digits in 12 MB, is the test that every method has taken.":
    "小数字在多数机器上几秒就学完；MNIST 有 60,000 个数字，12 MB，是各种方法都做过的测试。",
  "A digit, and what it is taken for": "一个数字，以及它被认作什么",
  Digits: "数字",
  "1,797 of 8×8 dots": "1,797 个，8×8 点",
  "MNIST: 60,000 of 28×28 dots": "MNIST：60,000 个，28×28 点",
  "a perceptron and a convolutional network side by side, and the latter at the size of real data":
    "感知机与卷积网络并列比较，后者还用真实规模的数据",
  "a digit": "一个数字",
  "Unseen digits that it takes for others": "它认错的未见过的数字",
  "What it errs on": "它认错的",
  "Another unseen digit": "换一个未见过的数字",
  "Draw here": "在这里画",
  "Chance of each digit": "每个数字的概率",
  "What the filters of the first layer respond to": "第一层的滤波器对什么有反应",
  "Unseen digits: what each is (down), and what it was taken for (across)":
    "未见过的数字：实际是什么（行），被认作什么（列）",
  "{digit} ({chance} sure)": "{digit}（把握 {chance}）",
  "{digit} ({chance} sure) · it is a {label}": "{digit}（把握 {chance}）· 实际是 {label}",
  "What it errs on: {count} unseen digits": "它认错的：共 {count} 个未见过的数字",
  "A {digit} that is taken for a {taken}": "被认作 {taken} 的 {digit}",
  "Filter {filter}: answers nothing here": "滤波器 {filter}：这里没有输出",
  "Filter {filter}": "滤波器 {filter}",
  "Confusion matrix": "混淆矩阵",
};
