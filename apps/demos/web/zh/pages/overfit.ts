import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "A training loss of zero proves nothing: only held-out data show what was learned.":
    "训练损失为零说明不了什么：只有留出的数据才能看出学到了什么。",
  "Dropout 0.5 and weight decay 1.": "随机失活 0.5，权重衰减 1。",
  "The training loss falls more slowly, and the gap to the test loss gets smaller.":
    "训练损失降得更慢，与测试损失的差距变小。",
  "800 digits instead of 100.": "用 800 个数字代替 100 个。",
  "The test loss ends much lower: more data helps most.": "测试损失最后低得多：更多数据最有用。",
  "50 digits.": "50 个数字。",
  "The network still learns all of them by heart; the test loss ends higher.":
    "网络仍能全部背下来，测试损失最后更高。",
  "26,000 weights and 100 digits to learn from. The loss on those falls to nothing; the loss on digits that the network has not seen falls, and then rises: it gets surer of its mistakes. The gap between the curves is what was learned by heart.":
    "26,000 个权重，只有 100 个数字可学。在这些数字上损失降到零；在没见过的数字上，损失先降后升：网络对自己的错误越来越有把握。两条曲线之间的差距就是死记硬背的部分。",
  "Close the gap: more digits, dropout, weight decay, or stopping at the lowest point of the test loss.":
    "缩小差距的办法：更多数字、随机失活、权重衰减，或在测试损失的最低点停下。",
  "Loss on digits it learns from, and on digits it has not seen (dashed)":
    "训练数字上的损失，以及未见过的数字上的损失（虚线）",
  "Digits to learn from": "用来学习的数字",
  Dropout: "随机失活 (dropout)",
  "Weight decay": "权重衰减",
  "Cross-entropy on the training digits": "训练数字上的交叉熵",
  "Accuracy on training digits": "训练数字上的准确率",
  "the same, with and without dropout and decay side by side":
    "同样的内容，用与不用随机失活和权重衰减并列比较",
  "Training loss and test loss along the steps": "训练损失和测试损失随步数的变化",
  "↑ loss": "↑ 损失",
  "{known} digits are learned from, {unseen} are not.": "用 {known} 个数字学习，{unseen} 个不用。",
  "{all} The test loss was lowest at step {step}: {loss}. Since then it has risen to {last}.":
    "{all}测试损失在第 {step} 步最低：{loss}。此后升到了 {last}。",
  "{all} The test loss was lowest at step {step}: {loss}.":
    "{all}测试损失在第 {step} 步最低：{loss}。",
};
