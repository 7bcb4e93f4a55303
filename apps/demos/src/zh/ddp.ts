import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "One training, once on one rank and once on two": "同一次训练，先用一个 rank，再用两个",
  "Each rank is a thread with a device of its own. It computes the gradient of its half of every batch; all take the mean of their gradients, so all take the same step. The mean of two halves' means is the mean of the whole: two ranks should come to what one comes to, up to the rounding of sums in another order.":
    "每个 rank 是一个线程，有自己的设备。它计算每一批中自己那一半的梯度；所有 rank 取梯度的平均，所以走同样的一步。两半平均值的平均就是整体的平均：两个 rank 应得到与一个相同的结果，只差求和次序不同带来的舍入。",
  "loss, first": "最初损失",
  "loss, last": "最后损失",
  seconds: "秒",
  "one rank": "一个 rank",
  "two ranks": "两个 rank",
  "After an epoch no weight differs by more than {after}, at the end by {atEnd}: a rounding grows as any small change does. The two ranks themselves have the same bits. A step exchanges {gradients} numbers. So small a network gains nothing by it; what a larger one gains, and what a network between hosts costs, is in docs/distributed.md. The same on processes, on one host or several:":
    "一轮之后，权重的差别都不超过 {after}，最后不超过 {atEnd}：舍入误差像任何微小变化一样会增长。两个 rank 之间则每一位都相同。每一步交换 {gradients} 个数。这么小的网络得不到好处；更大的网络能得到什么、主机之间的网络要付出什么，见 docs/distributed.md。在一台或多台主机上用进程运行同样的内容：",
  "Another run of two ranks: {count} of {length} weights have other bits.":
    "再用两个 rank 运行一次：{length} 个权重中有 {count} 个的二进制位不同。",
  "{size} ranks: accuracy {accuracy}, loss {losses}, {seconds} s":
    "{size} 个 rank：准确率 {accuracy}，损失 {losses}，{seconds} 秒",
};
