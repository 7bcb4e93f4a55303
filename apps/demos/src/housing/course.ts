import { noGrad, tensor, zeros } from "@wgrad/autograd";
import { StandardScaler, trainTestSplit } from "@wgrad/datasets";
import { Linear } from "@wgrad/nn";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { watch } from "../shared/watch.ts";
import type { Line } from "./picture.ts";
import { train } from "./train.ts";

const flats = [
  { area: 100, bedrooms: 2, location: 1, price: 300 },
  { area: 150, bedrooms: 3, location: 2, price: 450 },
  { area: 120, bedrooms: 2, location: 2, price: 350 },
  { area: 80, bedrooms: 1, location: 1, price: 220 },
];

/** Four flats, three features: predicts the one that the split holds out. */
export async function fourFlats({
  budget,
  epochs = budget === "full" ? 1000 : 500,
}: Options): Promise<number> {
  heading("1. Four flats: area, bedrooms and location → price");
  const x = tensor(flats.map(({ area, bedrooms, location }) => [area, bedrooms, location]));
  const y = tensor(flats.map(({ price }) => [price]));
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, {
    testSize: 0.2,
    randomState: 42,
  });
  tell(
    "The split is scikit-learn's for random_state=42: three rows to learn from, one held out.",
    "Three rows cannot pin down four numbers: many planes fit them exactly. Descending from zero",
    "on centred features finds the flattest of them, which is the one scikit-learn reports.",
    "",
  );

  const scaler = new StandardScaler({ withStd: false });
  const model = new Linear(3, 1);
  model.loadStateDict({ weight: zeros([1, 3]), bias: zeros([1]) });
  await watch(
    train(model, scaler.fitTransform(xTrain), yTrain, { epochs, lr: 5e-3, batchSize: 3 }),
  );

  const predicted = await noGrad(() => model(scaler.transform(xTest))).item();
  const [area = 0, bedrooms = 0, location = 0] = await xTest.data();
  table(
    ["area", "bedrooms", "location", "real price", "predicted", "scikit-learn"],
    [[area, bedrooms, location, await yTest.item(), predicted.toFixed(2), "462.46"]],
  );
  return predicted;
}

/** Area and price of the course's five flats. */
export const fiveFlats: readonly { x: number; y: number }[] = [
  { x: 35, y: 30 },
  { x: 45, y: 40 },
  { x: 40, y: 35 },
  { x: 60, y: 60 },
  { x: 65, y: 65 },
];

/** Five flats, one feature: the line through them, and what it says about 50 m². */
export async function oneLine({
  budget,
  epochs = budget === "full" ? 300 : 150,
}: Options): Promise<{ line: Line; at50: number }> {
  heading("2. Five flats: area → price, a line through five points");
  const x = tensor(fiveFlats.map(({ x }) => [x]));
  const y = tensor(fiveFlats.map(({ y }) => [y]));
  const scaler = new StandardScaler();
  const model = new Linear(1, 1);
  await watch(train(model, scaler.fitTransform(x), y, { epochs, lr: 0.05, batchSize: 5 }));

  const predict = async (area: number): Promise<number> =>
    noGrad(() => model(scaler.transform(tensor([[area]])))).item();
  const rows = [];
  for (const { x, y } of fiveFlats) rows.push([x, y, (await predict(x)).toFixed(2)]);
  const at50 = await predict(50);
  rows.push([50, "?", at50.toFixed(2)]);
  table(["area", "real price", "on the line"], rows);

  const intercept = await predict(0);
  const slope = (await predict(1)) - intercept;
  say("", `price = ${slope.toFixed(3)} · area ${signed(intercept)}: 50 m² cost ${at50.toFixed(2)}`);
  return { line: { slope, intercept }, at50 };
}

export const signed = (value: number): string =>
  `${value < 0 ? "−" : "+"} ${Math.abs(value).toPrecision(4)}`;
