import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "100 digits to learn from, {plain} weights, 1,697 digits to be told":
    "用 100 个数字学习，{plain} 个权重，1,697 个数字用来测试",
  "loss, known": "损失，已知",
  "loss, fresh": "损失，新",
  gap: "差距",
  "right, known": "答对，已知",
  "right, fresh": "答对，新",
  plain: "普通",
  "dropout ½, weight decay": "随机失活 ½，权重衰减",
  "The plain network is sure of every digit it knows, and goes on getting surer: on fresh digits it is then sure of its mistakes too, and the loss there rises while the training loss still falls. Dropout and weight decay keep it from leaning on any one weight.":
    "普通网络对每个已知数字都有把握，而且越来越有把握：于是在新数字上对自己的错误也有把握，那里的损失上升，而训练损失仍在下降。随机失活和权重衰减使它不依赖任何一个权重。",
};
