import type { Table } from "../../src/shared/language.ts";

export const zh: Table = {
  "Watch them learn": "看它们学习",
  "Each page trains a model here, in your browser, on real data: with wgrad, a deep-learning framework for TypeScript that computes on WebGPU, and in WebAssembly where there is none. Nothing leaves your machine.":
    "每一页都在你的浏览器里用真实数据训练一个模型：使用 wgrad，一个用 WebGPU 计算的 TypeScript 深度学习框架，没有 WebGPU 时用 WebAssembly。没有任何内容会离开你的电脑。",
  "The lessons, to read": "课程，供阅读",
  "Each runs from the command line too, at full length and beside its baselines. More of them than there are pages:":
    "每一课也可以在命令行完整运行，并与基线比较。课程比页面多：",
  "Watch it learn:": "看它学习：",
  "The lesson: {name}": "课程：{name}",
  "Run it": "运行",
  "In a copy of the repository, with Node; --help lists what can be chosen:":
    "在代码仓库的副本中用 Node 运行；--help 列出可选项：",
  "Its program": "程序",
  "What does a flat of 50 m² cost?": "50 m² 的房子多少钱？",
  "The course's first line: five flats, two numbers, one equation.":
    "课程的第一行：五套房，两个数，一个方程。",
  "What is a house worth?": "一座房子值多少钱？",
  "A straight line finds its way through real prices.": "一条直线在真实的价格中找到自己的位置。",
  "What is a house worth, by questions?": "一座房子值多少钱，靠提问？",
  "A tree grows question by question; a forest and boosting grow beside it.":
    "一棵树一个问题一个问题地生长，旁边是森林和提升。",
  "What if the world changes?": "世界变了怎么办？",
  "From a table to a price at work, and how one sees that houses have drifted.":
    "从表格到可以使用的价格，以及如何看出房屋已经漂移。",
  "How many hours make a pass?": "学多少小时能通过？",
  "A curve from no to yes, and why it needs to be held.":
    "一条从“否”到“是”的曲线，以及为什么要约束它。",
  "Malignant or benign?": "恶性还是良性？",
  "A decision, its two kinds of error, and where to warn.":
    "一个决定、它的两种错误，以及在哪里报警。",
  "Where is the border?": "边界在哪里？",
  "A small network bends its border around moons and spirals.":
    "一个小网络把边界弯到月牙和螺旋线周围。",
  "Who is down first?": "谁先到谷底？",
  "Five optimizers race down the same surface.": "五个优化器沿同一个曲面赛跑。",
  "Learned, or learned by heart?": "学会了，还是背下来了？",
  "A hundred digits, too many weights, and a test loss that rises.":
    "一百个数字，过多的权重，以及上升的测试损失。",
  "Which digit is it?": "这是哪个数字？",
  "Draw one, and see what a convolutional network makes of it.": "画一个，看卷积网络怎么认。",
  "What is it, from twenty pictures?": "二十张图能认出这是什么吗？",
  "Draw, or use your camera: a network that has seen a million others tells.":
    "画一张，或用摄像头：由看过上百万张图的网络来认。",
  "How few numbers make a picture?": "画一张图要几个数？",
  "A map of digits to walk through, drawn from two numbers.":
    "一张可以走动的数字分布图，仅由两个数画出。",
  "Which words belong together?": "哪些词属于一起？",
  "A map of words, drawn by nothing but who stands near whom.":
    "一张词的分布图，只根据谁常在谁旁边画出。",
  "Praise or complaint?": "好评还是差评？",
  "A network reads your sentence word by word, and shows what it has in mind.":
    "网络逐词读你的句子，并显示它在想什么。",
  "What means the same?": "哪些意思相同？",
  "An encoder that others trained finds what is near your sentence.":
    "别人训练好的编码器找出与你的句子相近的。",
  "What comes next?": "接下来是什么？",
  "A small GPT reads Moby-Dick, and writes while it learns.": "一个小 GPT 读《白鲸》，边学边写。",
  "How is that said in Chinese?": "这句话用中文怎么说？",
  "A small Transformer learns to translate from a compiler's messages.":
    "一个小 Transformer 从编译器的消息中学习翻译。",
  "What does one more thing cost?": "再教一样东西要花多少？",
  "A GPT that has read a novel is taught speeches: all weights, or a few.":
    "读过小说的 GPT 再学演讲：改全部权重，还是少数几个。",
  "What belongs together?": "什么属于一起？",
  "k-means finds groups, round by round, without names.":
    "k-means 一轮一轮地找出分组，不需要名称。",
  "What is a kind, and what a kind of it?": "什么是一类，什么是它的子类？",
  "A tree of what is like what, cut where you drag the line.":
    "一棵表示谁像谁的树，在你拖动的线处切开。",
  "Which way to the goal?": "哪条路通向目标？",
  "Walkers that know no map write down what each move was worth.":
    "不认识地图的行走者，记下每个动作值多少。",
  "Can it balance a pole?": "它能让杆保持平衡吗？",
  "Sixteen carts push, fall, and learn from falling.": "十六辆小车推动、跌倒，并从跌倒中学习。",
  "Light mode": "浅色模式",
  "Dark mode": "深色模式",
  "Skip to the content": "跳到内容",
  gallery: "演示集",
  Pages: "页面",
  "The lesson: {lesson}": "课程：{lesson}",
  "wgrad gallery": "wgrad 演示集",
  "{words} – wgrad gallery": "{words} – wgrad 演示集",
  "No such page": "没有这个页面",
  "Opening …": "正在打开……",
  Language: "语言",
  "The server did not give it. The gallery may have been renewed since this tab was opened: reload the tab.":
    "服务器没有提供它。打开这个标签页之后，演示集可能已更新：请重新加载标签页。",
  "There is no connection, and this page has not been kept for use without one.":
    "没有网络连接，而这一页没有保存供离线使用。",
  "{title} could not be opened": "无法打开“{title}”",
  "Try again": "再试一次",
  "There is no such page": "没有这个页面",
  "Nothing is at “{path}”. These are the pages:": "“{path}”处什么也没有。这里有这些页面：",
  "And these the lessons:": "还有这些课程：",
};
