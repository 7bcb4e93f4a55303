import { cat, linalg, type Tensor, tensor } from "@wgrad/autograd";
import { stepBoundary } from "@wgrad/autograd/plugin";
import { trainTestSplit } from "@wgrad/datasets";
import { r2Score } from "@wgrad/metrics";
import { functional as F, Linear } from "@wgrad/nn";
import { LBFGS } from "@wgrad/optim";
import { decodeAll, fromRecord, invoke } from "../call.ts";
import type { Encoded } from "../load.ts";
import { Unmapped } from "../names.ts";
import type { Run } from "../run.ts";
import type { AnyOptimizer } from "./trajectories.ts";

/** Small worked examples in user code. */
export async function runSeeds(run: Run): Promise<void> {
  const { item, group } = run;
  const example = item.example as string;
  const read = (name: string): Tensor => fromRecord(group.tensor(item.id, name));
  if (example === "sklearn.linear_model.LinearRegression") return leastSquares(run, read);
  if (example.includes("after train_test_split")) return split(run, read);
  if (example.startsWith("sklearn.linear_model.LogisticRegression")) return logistic(run, read);
  if (item.optimizer_kwargs !== undefined) return sgd(run, read);
  throw new Unmapped(`no counterpart of ${example}`);
}

type Read = (name: string) => Tensor;

interface Fit {
  readonly coef: Tensor;
  readonly intercept: Tensor;
}

/** The least-squares line; if several fit equally well, the one with the smallest weights. */
function fit(x: Tensor, y: Tensor): Fit {
  const centre = x.mean(0);
  const level = y.mean();
  // the tolerance is far above the rounding error of a direction without data
  const coef = linalg.pinv(x.sub(centre), { rtol: 1e-5 }).matmul(y.sub(level));
  return { coef, intercept: level.sub(centre.matmul(coef)) };
}

async function leastSquares(run: Run, read: Read): Promise<void> {
  const [x, y] = [read("x"), read("y")];
  const { coef, intercept } = fit(x, y);
  const predict = (rows: Tensor): Tensor => rows.matmul(coef).add(intercept);
  await run.check("prediction", predict(read("query")));
  await run.check("coef", coef);
  await run.check("intercept", intercept);
  await run.check("r2", r2Score(predict(x), y));
}

async function split(run: Run, read: Read): Promise<void> {
  const rows = Array.from({ length: 4 }, (_, row) => row);
  const [xTrain, xTest, yTrain, , trainRows, testRows] = await trainTestSplit(
    read("x"),
    read("y"),
    tensor(rows, { dtype: "i32" }),
    { testSize: 0.2, randomState: 42 },
  );
  await run.check("train_rows", trainRows);
  await run.check("test_rows", testRows);
  const { coef, intercept } = fit(xTrain, yTrain);
  await run.check("coef", coef);
  await run.check("intercept", intercept);
  await run.check("prediction", xTest.matmul(coef).add(intercept));
}

async function logistic(run: Run, read: Read): Promise<void> {
  const x = read("x");
  const y = read("y").to("f32").unsqueeze(1);
  const centre = x.mean(0, { keepdim: true });
  const model = new Linear(1, 1);
  const optimizer = new LBFGS(model.parameters(), { lineSearchFn: "strong_wolfe", maxIter: 100 });
  await optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = F.binaryCrossEntropyWithLogits(model(x.sub(centre)), y, { reduction: "sum" });
    const penalised = loss.add(model.weight.square().sum().div(2));
    penalised.backward();
    return penalised;
  });
  const bias = model.bias as Tensor;
  await run.check("coef", model.weight);
  await run.check("intercept", bias.sub(model.weight.mul(centre).reshape([1])));
  await run.check("probability", model(read("query").sub(centre)).sigmoid().squeeze(1));
}

async function sgd(run: Run, read: Read): Promise<void> {
  const { item } = run;
  const model = new Linear(1, 1);
  model.loadStateDict({ weight: read("weight"), bias: read("bias") });
  const optimizer = invoke("optim.SGD", {
    args: [model.parameters()],
    kwargs: decodeAll(item.optimizer_kwargs as Record<string, Encoded>, new Map()),
  }) as AnyOptimizer;
  const [x, y] = [read("x"), read("y")];
  const losses: Tensor[] = [];
  for (let step = 0; step < (item.steps as number); step++) {
    await stepBoundary();
    const loss = F.mseLoss(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.detach().reshape([1]));
  }
  await run.check("losses", cat(losses, 0));
  for (const [name, value] of Object.entries(model.stateDict()))
    await run.check(`final.${name}`, value);
  await run.check("prediction", model(read("query")));
}
