import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "4. Real houses: 506 districts near Boston, 1970 (Harrison & Rubinfeld 1978)":
    "4. 真实房屋：波士顿附近的 506 个区，1970 年 (Harrison & Rubinfeld 1978)",
  "Left out: column b. It is made from the share of Black residents, on the assumption that segregation raises prices; scikit-learn dropped the whole data set for it. A feature is a claim about what may decide, and that one may not.":
    "去掉了 b 列。它由黑人居民的比例算出，假定种族隔离会抬高价格；scikit-learn 因此删除了整个数据集。使用一个特征，就是主张它可以参与决定，而这个特征不可以。",
  rooms: "房间数",
  "poorer %": "低收入 %",
  "real price": "实际价格",
  predicted: "预测",
  "off by": "偏差",
  "  … and {length} more held out; prices in 1,000 $": "  ……另有 {length} 个留出；价格单位为千美元",
  "R² on the {length} held-out districts: {r2}": "{length} 个留出区上的 R²：{r2}",
  "  (closed-form least squares on the same split: {closedFormR2})":
    "  （同样划分上的最小二乘闭式解：{closedFormR2}）",
  "a typical prediction is off by {error} thousand dollars": "预测通常偏差 {error} 千美元",
  "what weighs most, in 1,000 $ for one standard deviation more:":
    "权重最大的指标，每增加一个标准差，千美元：",
  "1. Four flats: area, bedrooms and location → price": "1. 四套房：面积、卧室数和位置 → 价格",
  "The split is scikit-learn's for random_state=42: three rows to learn from, one held out. Three rows cannot pin down four numbers: many planes fit them exactly. Descending from zero on centred features finds the flattest of them, which is the one scikit-learn reports.":
    "划分与 scikit-learn 的 random_state=42 相同：三行用来学习，一行留出。三行数据定不下四个数：有许多平面能精确拟合。从零开始、在中心化的特征上下降，找到的是其中最平的，也就是 scikit-learn 给出的那个。",
  area: "面积",
  bedrooms: "卧室数",
  location: "位置",
  "2. Five flats: area → price, a line through five points":
    "2. 五套房：面积 → 价格，一条穿过五个点的直线",
  "on the line": "直线上",
  "price = {slope} · area {intercept}: 50 m² cost {at50}":
    "价格 = {slope} · 面积 {intercept}：50 m² 的价格是 {at50}",
  "real {target}": "实际 {target}",
  "  … and {count} more": "  ……还有 {count} 个",
  "R² {r2}, closed form {closedFormR2}": "R² {r2}，闭式解 {closedFormR2}",
  "on {rows}: {scores}": "在{rows}上：{scores}",
  "3. Real houses: {length} sales near Sacramento, May 2008":
    "3. 真实房屋：萨克拉门托附近 {length} 笔交易，2008 年 5 月",
  "The kind of house is a word. It becomes columns of 0 and 1, one for each kind but the first, which all the others being 0 implies. The city is left out: latitude and longitude say it.":
    "房屋类型是一个词。它变成若干由 0 和 1 组成的列，除第一种外每种一列；其余各列全为 0 就表示第一种。城市被去掉：经纬度已经说明了它。",
  "R² on {rows}: {r2} (closed form: {closedFormR2})":
    "{rows}上的 R²：{r2}（闭式解：{closedFormR2}）",
  "what one standard deviation more adds, in 1,000 $:": "每增加一个标准差所增加的价格，千美元：",
};
