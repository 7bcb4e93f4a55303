import type { Table } from "../../src/shared/language.ts";

/**
 * What all pages say. One term for each concept, as Chinese courses have it; use these in every table:
 *
 * learning rate 学习率 · batch 批, batch size 批大小 · epoch 轮 · step 步 · seed 随机种子 · loss 损失 ·
 * test loss 测试损失 · accuracy 准确率 · precision 精确率 · recall 召回率 · perplexity 困惑度 ·
 * cross-entropy 交叉熵 · gradient descent 梯度下降 · overfitting 过拟合 · regularization 正则化 · dropout 随机失活 ·
 * weight decay 权重衰减 · weight 权重 · bias 偏置 · unit 神经元 · hidden layer 隐藏层 · activation 激活函数 ·
 * embedding 嵌入 · word vector 词向量 · attention head 注意力头 · encoder 编码器 · decoder 解码器 · context 上下文 ·
 * temperature 温度 · pretraining 预训练 · fine-tuning 微调 · rank 秩 · transfer learning 迁移学习 · kernel 卷积核 ·
 * filter 滤波器 · confusion matrix 混淆矩阵 · cluster 簇 · linkage 连接方式 · centroid 质心 · principal component 主成分 ·
 * forest 森林 · boosting 提升 · leaf 叶 · threshold 阈值 · drift 漂移 · held out 留出 · baseline 基线 · label 标签 ·
 * episode 回合 · reward 奖励 · value 价值 · policy gradient 策略梯度 · discount 折扣因子 · exploration 探索
 */
export const zh: Table = {
  "nothing yet": "还没有",
  "{first} at first, about {last} at step {step}": "起初为 {first}，第 {step} 步约为 {last}",
  "on {webgpu}: {description}": "{webgpu}：{description}",
  "This WebGPU is emulated by the processor: WebAssembly is faster here, and a graphics card would be many times.":
    "这里的 WebGPU 由处理器模拟：用 WebAssembly 更快，有显卡则会快许多倍。",
  "on the processor: {description}": "处理器：{description}",
  "on the processor, in {cpu}": "处理器，{cpu}",
  "Correct, but slow: the other devices are tested against it.":
    "结果正确，但很慢：其他设备都以它为准来检验。",
  "{why} It has no WebAssembly with vectors either: the numbers are right, but slow.":
    "{why}它也没有带向量指令的 WebAssembly：结果正确，但很慢。",
  "The graphics device was lost": "图形设备已丢失",
  "This device is not here": "这里没有这种设备",
  "The file cannot be used": "这个文件无法使用",
  "The weights cannot be used": "这些权重无法使用",
  "The data could not be loaded": "数据无法加载",
  "That did not work": "操作没有成功",
  "Learning rate": "学习率",
  "The training diverged at step {step}": "训练在第 {step} 步发散",
  "The loss or the weights became infinite or not a number: the steps were too large, and each made the error larger. Lower “{rate}” and press Reset. What you see is the last good picture.":
    "损失或权重变成了无穷大或非数字：步子太大，每一步都使误差更大。请调低“{rate}”，再按“重置”。现在看到的是最后一幅正常的图。",
  "It teaches {teaches}.": "它讲的是：{teaches}。",
  Close: "关闭",
  Loss: "损失",
  "Steps a second": "每秒步数",
  "Learning rate now": "当前学习率",
  "Dispatches a step": "每步调度次数",
  "Device memory": "设备内存",
  Parameters: "参数",
  "A square to draw {what} on": "画{what}的方框",
  "A change restarts training.": "改动后训练重新开始。",
  "the fastest here": "这里最快的",
  "Compute on": "计算设备",
  Another: "换一个",
  "Another seed": "换一个种子",
  Seed: "随机种子",
  "your file: {name}": "你的文件：{name}",
  "The model's layers": "模型的各层",
  "Computing {line}.": "计算设备：{line}。",
  "The weights of {name} are in use.": "正在使用 {name} 中的权重。",
  "Restart with {others}, and load": "按 {others} 重新开始，再加载",
  "{name}.safetensors is among your downloads.": "{name}.safetensors 已保存到下载文件夹。",
  "Start again": "重新开始",
  "Start on the fastest device here": "用这里最快的设备开始",
  "What is this?": "这是什么？",
  "Loading {what}: {received}": "正在加载{what}：{received}",
  "Loading {what}: {received} of {total}": "正在加载{what}：{received}／{total}",
  "Download weights": "下载权重",
  "Load weights": "加载权重",
  "safetensors, as Python reads and writes them": "safetensors 格式，Python 也能读写",
  Width: "宽度",
  Batch: "批大小",
  none: "无",
  "Cross-entropy of the batch": "这一批的交叉熵",
  "Test loss": "测试损失",
  "Forget mine": "删除我添加的",
  Epochs: "轮数 (epoch)",
  "Way to learn": "学习方法",
  "During training it falls evenly from this to 0.": "训练中从该值线性降到 0。",
  Rows: "数据",
  "178 wines, 13 measures": "178 种葡萄酒，13 项指标",
  "150 irises, 4 measures": "150 朵鸢尾花，4 项指标",
  "1,797 digits, 64 dots": "1,797 个数字，64 个点",
  "During training it falls from this to 2 % of it, along half a cosine.":
    "训练中沿半个余弦从该值降到它的 2%。",
  "Accuracy on unseen digits": "未见过的数字上的准确率",
  "What it sees": "它看到的",
  Clear: "清除",
  "The network sees": "网络看到的",
  "Moby-Dick": "《白鲸》",
  "step →": "步 →",
  "↑ perplexity": "↑ 困惑度",
  Steps: "步数",
  "R² on unseen houses": "未见过的房屋上的 R²",
  "sentences on products": "商品评论的句子",
  "sentences on films": "电影评论的句子",
  "sentences on restaurants": "餐馆评论的句子",
  "Epochs: passes through them": "轮数：遍历这些数据的次数",
  "Accuracy on unseen sentences": "未见过的句子上的准确率",
  "{verdict} ({chance} sure)": "{verdict}（把握 {chance}）",
  Praise: "好评",
  Complaint: "差评",
  "Unseen sentences": "未见过的句子",
  "plain JavaScript": "纯 JavaScript",
  "Browsers give WebGPU to secure addresses only, and {origin} is none: serve the gallery by https, or open it on the computer that serves it as http://localhost.":
    "浏览器只为安全地址提供 WebGPU，而 {origin} 不是：请用 https 提供本站，或在运行服务器的电脑上以 http://localhost 打开。",
  "This browser has no WebGPU. Chrome and Edge from 113, Safari from 26 and Firefox from 141 (on Windows) have it; in others it may have to be switched on.":
    "这个浏览器没有 WebGPU。Chrome 和 Edge 113 起、Safari 26 起、Firefox 141 起（Windows）都有；其他浏览器可能需要手动开启。",
  "This browser has WebGPU and found no graphics card for it. A newer graphics driver may help; chrome://gpu says what Chrome makes of yours.":
    "这个浏览器有 WebGPU，但没有找到可用的显卡。更新显卡驱动也许有用；chrome://gpu 会说明 Chrome 的检测结果。",
  "This browser's WebGPU is emulated by the processor, which is slower than WebAssembly.":
    "这个浏览器的 WebGPU 由处理器模拟，比 WebAssembly 慢。",
  "Learning rate: how far each step goes down the slope. Too small takes forever, too large overshoots and may diverge.":
    "学习率 (learning rate)：每一步沿坡下降多远。太小则遥遥无期，太大会越过谷底，甚至发散。",
  "Batch: examples looked at for one step. Few make the slope noisy, many make each step slower.":
    "批 (batch)：一步所看的样本。少则坡度带噪声，多则每步更慢。",
  "Epoch: one pass through all the training examples.": "轮 (epoch)：把全部训练样本过一遍。",
  "Seed: where the random numbers start. The same seed gives the same training, to the last digit.":
    "随机种子 (seed)：随机数的起点。种子相同，训练过程完全相同，直到最后一位数字。",
  "Where the numbers are computed: the graphics card (WebGPU) or the processor.":
    "在哪里计算：显卡 (WebGPU) 或处理器。",
  "Noise: how far points are moved at random from where they belong.":
    "噪声 (noise)：点随机偏离原位的程度。",
  "Width: units in a layer. More units can draw more complicated borders, and overfit sooner.":
    "宽度 (width)：一层的神经元数。越多，能画的边界越复杂，也越早过拟合。",
  "Hidden layers: stages between input and output. Each builds on what the one before has found.":
    "隐藏层 (hidden layer)：输入与输出之间的各级，每一级都建立在前一级的结果上。",
  "Activation: the nonlinearity that each unit applies to its sum. Without one, any stack of layers is a single straight line.":
    "激活函数 (activation)：每个神经元对加权和施加的弯折。没有它，叠多少层都只是一条直线。",
  "Regularisation: a penalty on large weights, added to the loss. L1 drives weights to 0, L2 keeps them small.":
    "正则化 (regularization)：加在损失上的、对大权重的惩罚。L1 把权重压到 0，L2 使权重保持较小。",
  "Regularisation strength: how strongly large weights are penalised.":
    "正则化强度 (regularization strength)：对大权重惩罚的轻重。",
  "Points that are learned from; as many others are kept to test with.":
    "用来学习的点数；另有同样多的点留作测试。",
  "Layers: stages, one after the other. Each builds on what the one before has found.":
    "层 (layer)：前后相接的各级，每一级都建立在前一级的结果上。",
  "Width: numbers that stand for each word or character inside of the model.":
    "宽度 (width)：模型内部用多少个数表示每个词或字符。",
  "Context: how far back the model can look.": "上下文 (context)：模型能往回看多远。",
  "Step: one batch is looked at, and every weight is moved a little.":
    "步 (step)：看一批样本，并把每个权重移动一点。",
  "Pretraining: what is learned from other text before the task begins.":
    "预训练 (pretraining)：任务开始之前先从其他文本中学习。",
  "Rank: how many directions LoRA may change in each layer. All else stays as it is.":
    "秩 (rank)：LoRA 在每一层可以改变多少个方向，其余保持不变。",
  "Temperature: below 1 the likeliest characters are preferred, above 1 unlikely ones get a chance.":
    "温度 (temperature)：低于 1 时偏向最可能的字符，高于 1 时不太可能的字符也有机会。",
  "Dropout: words left out at random while learning, so that no single one is relied on.":
    "随机失活 (dropout)：学习时随机丢掉一些词，使模型不依赖任何一个词。",
  "k: how many groups are looked for. k-means does not find out by itself how many there are.":
    "k：要找多少个簇。k-means 自己无法得知有几个。",
  "Linkage: how the distance of two groups is defined.":
    "连接方式 (linkage)：如何定义两个簇之间的距离。",
  "Leaves: ends of the tree. Each says one price, so a tree of 12 leaves knows 12 prices.":
    "叶 (leaf)：树的末端，每片叶给出一个价格，所以 12 片叶的树只知道 12 个价格。",
  "Forest: many trees, each from other rows and questions. Their mean errs less than one.":
    "森林 (forest)：许多树，各用不同的行和问题。它们的平均比单棵树误差小。",
  "Boosting round: a small tree that corrects what all before it got wrong.":
    "提升轮次 (boosting round)：用一棵小树纠正之前所有树的错误。",
  "Episodes played at once: more of them make the estimate of what was good less noisy.":
    "同时进行的回合数：越多，对好坏的估计噪声越小。",
  "Examples of each kind that are learned from.": "用来学习的每类样本数。",
  "Labelled sentences: those whose verdict the classifier is told.":
    "带标签的句子：把好评或差评的答案告诉分类器的句子。",
  "Loss surface: the height is the loss, the two directions are two weights.":
    "损失曲面 (loss surface)：高度是损失，两个方向是两个权重。",
  "Discount: what a reward is worth one step later. At 0.9, ten steps away it is worth a third.":
    "折扣因子 (discount)：晚一步得到的奖励值多少。取 0.9 时，十步之后的奖励约值三分之一。",
  "Exploration: how often a move is made at random, to find what is not known yet.":
    "探索 (exploration)：多大比例随机走，以发现未知的东西。",
  "Threshold: the chance from which it counts as malignant. Lower finds more and warns more.":
    "阈值 (threshold)：概率达到多少算恶性。越低找到的越多，报警也越多。",
  "Drift: data change after a model was trained, and it errs more than it did.":
    "漂移 (drift)：模型训练之后数据变了，误差就比原来大。",
  "Dropout: units switched off at random while learning, so that none is relied on.":
    "随机失活 (dropout)：学习时随机关闭一些神经元，使模型不依赖任何一个。",
  "Weight decay: every step shrinks all weights a little.":
    "权重衰减 (weight decay)：每一步都把所有权重缩小一点。",
  "Loss: the one number that training makes small; how wrong the model is, on average.":
    "损失 (loss)：训练要减小的那个数，即模型平均错多少。",
  "Test loss: the same on data that the model never learns from.":
    "测试损失 (test loss)：在模型从不学习的数据上的损失。",
  "Test loss: the same on data that the model never learns from. Where it rises while the loss falls, the model overfits.":
    "测试损失 (test loss)：在模型从不学习的数据上的损失。训练损失下降而它上升时，模型就过拟合了。",
  "Accuracy: the part that is right, of data that the model has not seen.":
    "准确率 (accuracy)：未见过的数据中判断正确的比例。",
  "Accuracy on what is learned from. Far above that on unseen data: it learns by heart.":
    "训练数据上的准确率。若远高于未见过的数据上的准确率，就是死记硬背。",
  "Perplexity: e to the cross-entropy. 10 means as unsure as between 10 characters that are equally likely.":
    "困惑度 (perplexity)：e 的交叉熵次方。10 表示犹豫程度相当于在 10 个等可能的字符中选一个。",
  "R²: the part of the differences in price that the model explains. 1 is all, 0 is no better than the mean.":
    "R²：模型解释了价格差异的多大部分。1 是全部，0 则不比平均值强。",
  "The best that any straight line can reach, from the normal equations.":
    "任何直线所能达到的最好结果，由正规方程求得。",
  "R² on the rows that are learned from: with enough leaves it reaches 1, and means nothing.":
    "训练数据上的 R²：叶子足够多就会到 1，说明不了什么。",
  "Adjusted Rand index: how well groups agree with true classes. 1 is fully, 0 as by chance.":
    "调整兰德指数 (adjusted Rand index)：分组与真实类别的一致程度。1 是完全一致，0 相当于随机。",
  "Pushes until the pole falls, when the best move is always taken. 500 is the end of an episode.":
    "总是采取最优动作时，杆倒下之前推了多少次。一个回合最多 500 次。",
  "Pairs of words that belong together, found nearer than pairs that do not.":
    "本属一类的词对中，比无关词对更近的比例。",
  "Squared error: the mean of the squared differences between what is drawn and what was there.":
    "平方误差 (squared error)：重画的图与原图之差的平方的平均值。",
  "Compared with principal components: below 1 the network loses less than the best straight map.":
    "与主成分相比：小于 1 表示网络的损失比最好的线性映射小。",
  "LoRA: beside frozen weights, two thin matrices learn. Hundreds of numbers instead of thousands.":
    "LoRA：在冻结的权重旁边学习两个窄矩阵，只需几百个数而不是几千个。",
  "All weights learn.": "所有权重都学习。",
  "Logistic regression: the chance to pass after 25 hours.":
    "逻辑回归 (logistic regression)：学习 25 小时后通过的概率。",
  "How much the log-odds rise with each hour.": "每多学一小时，对数几率 (log-odds) 增加多少。",
  "Cross-entropy: the mean of −log(chance given to what happened), without the penalty.":
    "交叉熵 (cross-entropy)：−log（给实际结果的概率）的平均值，不含惩罚项。",
  "Height: the loss at the place of the lowest.": "高度：最低者所在之处的损失。",
  "Recall: of the malignant ones, the part that is found.":
    "召回率 (recall)：恶性肿瘤中被找出的比例。",
  "Precision: of those called malignant, the part that is.":
    "精确率 (precision)：判为恶性的肿瘤中确实恶性的比例。",
  "BLEU: how many runs of words the translation shares with a reference. 100 is the same text.":
    "BLEU：译文与参考译文有多少相同的词串。100 表示完全相同。",
  "Value: the reward to expect from the start, discounted, if one plays as it plays.":
    "价值 (value)：按现在的走法，从起点出发预期得到的折扣奖励。",
  "Mean absolute error: how far off a price is, on average.":
    "平均绝对误差 (mean absolute error)：价格平均偏差多少。",
  "Steps taken in a second, lately.": "最近每秒走多少步。",
  "Programs started on the graphics card for one step.": "每一步在显卡上启动的程序数。",
  "Bytes that the tensors take on the device.": "张量在设备上占用的字节。",
  "Parameters: numbers that training changes.": "参数 (parameter)：训练所改变的数。",
  Start: "开始",
  Pause: "暂停",
  Resume: "继续",
  "Train again": "重新训练",
  "One step": "单步",
  Reset: "重置",
  "Steps taken": "已走步数",
  "step {step} of {steps}": "第 {step} 步，共 {steps} 步",
  "all {steps} steps taken": "{steps} 步已走完",
  "about {time} left": "约剩 {time}",
  "Loading …": "正在加载……",
  Ready: "就绪",
  Training: "训练中",
  "Pausing …": "正在暂停……",
  Paused: "已暂停",
  Trained: "训练完成",
  Diverged: "已发散",
  Stopped: "已停止",
  Speed: "速度",
  "Full speed": "全速",
  Share: "分享",
  "Share what you see": "分享你看到的",
  "Address of this page with its settings": "本页及其设置的地址",
  "To show it inside of a page of yours": "嵌入你自己的网页",
  Copy: "复制",
  "Copied.": "已复制。",
  "It is selected: copy it with Ctrl+C or ⌘C.": "已选中：请按 Ctrl+C 或 ⌘C 复制。",
  "Your own file stays with you: others see the page's own data.":
    "你的文件不会离开你这里：别人看到的是本页自带的数据。",
  Present: "演示模式",
  "Leave presenting": "退出演示模式",
  "Open in the gallery": "在演示集中打开",
  "Nothing yet: press Start, and every step adds a point.": "还没有：按“开始”，每一步添加一个点。",
  "diverged at step {step}": "在第 {step} 步发散",
  "dashed: on unseen data": "虚线：未见过的数据",
  "See inside": "看看内部",
  "Gradient norm of each layer": "各层的梯度范数",
  "How long each layer's part of the gradient is, on a scale of powers of ten from 0.000001 to 10. Where it vanishes, a layer learns nothing; where it explodes, training diverges.":
    "每一层的那部分梯度有多长，以 10 的幂为刻度，从 0.000001 到 10。梯度消失的层学不到东西；梯度爆炸时训练发散。",
  "Nothing yet: a step brings the first.": "还没有：走一步就会出现。",
  "Loss landscape around the weights": "权重周围的损失曲面",
  "The ring is where the weights are. Across and up are two directions in which they are moved: of a model with two weights these themselves, of others two drawn at random, as long as the weights are. Dark orange is low. The loss is that of some of the training data.":
    "圆圈是权重现在的位置。横向和纵向是移动权重的两个方向：模型只有两个权重时就是它们自己，否则是随机抽取的两个方向，长度与权重相同。深橙色表示低。损失用一部分训练数据计算。",
  "Draw it": "绘制",
  "Row {done} of {all} …": "第 {done} 行，共 {all} 行……",
  "The loss is {here} here, and from {low} to {high} around. Draw it again for two other directions, or later in the training.":
    "这里的损失是 {here}，周围从 {low} 到 {high}。再画一次会换两个方向，也可以在训练后期再画。",
  "The training has ended; draw it again.": "训练已结束，请重新绘制。",
  "The answer": "答案",
  "Three experiments, and what to expect": "三个实验，以及会看到什么",
  "Set this up": "就这样设置",
  "Learning path": "学习路线",
  "All pages": "全部页面",
  "{at} of {all}": "{at} / {all}",
  Settings: "设置",
  "Compare runs": "比较各次运行",
  Run: "运行",
  now: "现在",
  "Change a setting, or press Reset: the curve of before stays in the chart, in grey, and its results here.":
    "改动一个设置，或按“重置”：之前的曲线以灰色留在图中，结果留在这里。",
  "Earlier curves are grey in the chart; point at a line to see which is which. The last four stay, and those that are pinned or named.":
    "之前的曲线在图中为灰色；指向某一行，就能看出是哪一条。保留最近四次，以及固定或命名过的。",
  "Name of run {number}": "运行 {number} 的名称",
  Pin: "固定",
  Unpin: "取消固定",
  Remove: "移除",
  "as it opens": "初始设置",
  Numbers: "数值",
  "The code that runs": "运行的代码",
  "The model": "模型",
  "The lesson": "对应的课程",
  "What you see": "你看到的是什么",
  "Keys: Space starts and pauses, S takes one step, R resets.":
    "按键：空格开始和暂停，S 走一步，R 重置。",
  "there is no connection to the server. They are kept once they have been fetched.":
    "无法连接服务器。数据取过一次后会保存下来。",
  "the server says {status} for {url}.": "服务器对 {url} 返回了 {status}。",
  "{what} could not be fetched: {why}": "无法获取{what}：{why}",
  "{what} could not be fetched: the connection broke off.": "无法获取{what}：连接中断了。",
};
