import type { Table } from "../shared/language.ts";

export const zh: Table = {
  '--lang is "{name}"; it is {names}': "--lang 是“{name}”；应为 {names}",
  "what is a house worth?": "一座房子值多少钱？",
  "linear regression by gradient descent, beside the exact solution":
    "用梯度下降做线性回归，与精确解比较",
  "how many hours make a pass?": "学多少小时能通过？",
  "logistic regression, and why a penalty makes it have an answer":
    "逻辑回归，以及为什么有惩罚项才有解",
  "what is a house worth, by questions?": "一座房子值多少钱，靠提问？",
  "a decision tree, a random forest and boosting, and what each feature is worth":
    "决策树、随机森林和提升，以及每个特征的作用",
  "malignant or benign?": "恶性还是良性？",
  "classification, its two kinds of error, and the curve that trades them":
    "分类、它的两种错误，以及在两者之间取舍的曲线",
  "which digit is it, in 8×8 dots?": "8×8 个点里是哪个数字？",
  "a perceptron and a convolutional network side by side": "感知机与卷积网络并列比较",
  "do two learn what one learns?": "两个学到的与一个学到的相同吗？",
  "data-parallel training: each rank half of every batch, one model for all":
    "数据并行训练：每个 rank 取每批的一半，共用一个模型",
  "which digit is it, of 70,000?": "70,000 个数字中的每一个是几？",
  "a convolutional network at the size of real data": "真实数据规模的卷积网络",
  "which of five things is drawn, from twenty drawings each?":
    "每样只有二十张画，画的是五样东西中的哪一样？",
  "transfer: a pretrained network's layers, and a few new weights on top":
    "迁移学习：预训练网络的各层，加上少数新权重",
  "learned, or learned by heart?": "学会了，还是背下来了？",
  "the gap between known and fresh data, and what dropout and weight decay do to it":
    "已知数据与新数据之间的差距，以及随机失活和权重衰减的作用",
  "how few numbers make a picture?": "画一张图要几个数？",
  "learning a code without labels, beside principal components": "不用标签学习编码，与主成分比较",
  "what belongs together?": "什么属于一起？",
  "k-means, principal components, nearest neighbours and a linear SVM":
    "k-means、主成分、近邻和线性 SVM",
  "what is a kind, and what a kind of it?": "什么是一类，什么是它的子类？",
  "hierarchical clustering: four linkages, the dendrogram, and where to cut it":
    "层次聚类：四种连接方式、树状图，以及在哪里切",
  "which way to the goal?": "哪条路通向目标？",
  "Q-learning: values of moves, learned from rewards alone": "Q-learning：只从奖励中学习动作的价值",
  "does a sentence praise or complain?": "一个句子是好评还是差评？",
  "an LSTM with a maximum over time, beside a bag of words": "对时间取最大值的 LSTM，与词袋并列",
  "which sentences mean the same?": "哪些句子意思相同？",
  "a pretrained sentence encoder: search, similarity, and a classifier from few labels":
    "预训练的句子编码器：搜索、相似度，以及用少量标签训练的分类器",
  "which words belong together?": "哪些词属于一起？",
  "word vectors by two losses: cosine embedding, and skip-gram with negative samples":
    "用两种损失学习词向量：余弦嵌入损失，以及带负采样的 skip-gram",
  "what comes next?": "接下来是什么？",
  "a GPT on characters: pre-training, fine-tuning, sampling, beside Kneser-Ney":
    "字符级 GPT：预训练、微调、采样，与 Kneser-Ney 并列",
  "what does it cost to teach it one more thing?": "再教它一样东西要花多少？",
  "fine-tuning: all weights, or LoRA's few beside them; writing with keys and values kept":
    "微调：全部权重，或只用旁边 LoRA 的少数权重；保留键和值的写作",
  "how is that said in Chinese?": "这句话用中文怎么说？",
  "a Transformer with encoder and decoder, beside copying and looking up":
    "带编码器和解码器的 Transformer，与照抄和查找并列",
  "can it balance a pole?": "它能让杆保持平衡吗？",
  "policy gradient with a baseline, and double deep Q-learning from memory":
    "带基线的策略梯度，以及带回放的双重深度 Q-learning",
  "from a question to a model at work": "从一个问题到投入使用的模型",
  "the ten steps: choose, tune, deploy behind a server, monitor drift":
    "十个步骤：选择、调参、部署到服务器、监控漂移",
  'there is no demo "{name}"; there are {names}': "没有名为“{name}”的演示；有这些：{names}",
  "pnpm demo {name} [options]": "pnpm demo {name} [选项]",
  "{summary} Teaches {teaches}.": "{summary}讲的是：{teaches}。",
  "stopped: {kept}": "已停止：{kept}",
  "written:": "已写入：",
  "Computed on {device} ({description}). The same run on WebGPU:":
    "在 {device}（{description}）上计算。在 WebGPU 上运行同样的内容：",
  "takes longer": "需要更久",
  "took {time}": "用了 {time}",
  "The quick budget is too short to learn this: {tooShort} --budget full {full}.":
    "quick 预算太短，学不会：{tooShort} --budget full {full}。",
  "kept {files}": "保留了 {files}",
  "; --save FILE keeps the weights, also when it is stopped":
    "；--save FILE 会保存权重，中途停止时也会",
  "nothing was kept{how}": "什么也没有保留{how}",
  "pnpm demo NAME [options]; pnpm demo NAME --help lists the options":
    "pnpm demo NAME [选项]；pnpm demo NAME --help 列出选项",
  "error: {message}": "错误：{message}",
};
