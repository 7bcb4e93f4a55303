import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Two numbers keep a digit's rough shape, and lose less than the best straight map (PCA) does.":
    "两个数就能保留数字的大致形状，损失比最好的线性映射 (PCA) 小。",
  "A width of 8.": "宽度取 8。",
  "The squared error ends higher: encoder and decoder can bend the map less.":
    "平方误差最后更高：编码器和解码器弯折映射的能力更弱。",
  "Walk from a 0 to a 1.": "从 0 走到 1。",
  "Between them it draws shapes that are neither, as no one has written them.":
    "两者之间画出的形状哪个都不是，没有人这样写过。",
  "Another seed.": "换一个种子。",
  "The map is another one, but the same digits lie together again.":
    "图变了，但相同的数字仍聚在一起。",
  "Digits of 64 dots go through two numbers and are drawn again from those alone. The two numbers are a place on a map, and nobody told the network which digits are alike.":
    "64 个点的数字被压成两个数，再仅凭这两个数重画出来。这两个数就是图上的一个位置，没有人告诉网络哪些数字相像。",
  "Walk through the map, with the mouse, a finger or the two sliders: between the digits it draws what it has never seen.":
    "用鼠标、手指或两个滑块在图上走走看：在数字之间，它会画出从未见过的东西。",
  "The map of unseen digits": "未见过的数字的分布图",
  "During training it falls from this to 3 % of it, along half a cosine.":
    "训练中沿半个余弦从该值降到它的 3%。",
  "Squared error of the batch": "这一批的平方误差",
  "Squared error on unseen digits": "未见过的数字上的平方误差",
  "Relative to PCA with 2 components": "相对于两个主成分的 PCA",
  "learning a code without labels, beside principal components": "不用标签学习编码，与主成分比较",
  "What is drawn where you are": "你所在位置画出的图",
  Across: "横向",
  Up: "纵向",
  "{label}: where on the map": "{label}：图上的位置",
  "Drawn where you are": "你所在位置画出的图",
  "Unseen digits, and drawn again from two numbers": "未见过的数字，以及由两个数重画的结果",
  "Unseen digits on a map of two numbers": "未见过的数字在两个数构成的平面上的分布",
  "A fresh digit": "一个新数字",
  "The same, drawn again": "同一个数字，重画后",
};
