import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "A picture through a bottleneck, and out again": "图片穿过瓶颈，再重画出来",
  "Principal components are the best that can be done with straight lines: a code that is a sum of dots, drawn again as a sum of pictures. A network may bend them.":
    "主成分是用直线所能做到的最好结果：编码是各点之和，重画的图是各图之和。网络则可以弯折它们。",
  "{title}: the mean picture": "{title}：平均图",
  "{title}: principal components": "{title}：主成分",
  "{title}: autoencoder": "{title}：自编码器",
  "fresh pictures": "新图片",
  numbers: "数的个数",
  "squared error": "平方误差",
  "of PCA's": "与 PCA 之比",
};
