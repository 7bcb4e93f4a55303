import type { Dice } from "./dice.ts";
import type { Head } from "./heads.ts";

/** eps is large, so that a gradient of pure rounding error moves nothing. */
const optimizers = [
  "SGD(params, { lr: 0.1 })",
  "SGD(params, { lr: 0.05, momentum: 0.9 })",
  "SGD(params, { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 })",
  "Adam(params, { lr: 0.02, eps: 0.01 })",
  "Adam(params, { lr: 0.02, eps: 0.01, weightDecay: 0.01, amsgrad: true })",
  "AdamW(params, { lr: 0.02, eps: 0.01 })",
  "RMSprop(params, { lr: 0.01, eps: 0.01, momentum: 0.5 })",
  "Adagrad(params, { lr: 0.05, eps: 0.01 })",
  "Adadelta(params, { lr: 0.5, eps: 0.01 })",
  "Adamax(params, { lr: 0.02, eps: 0.01 })",
  "NAdam(params, { lr: 0.02, eps: 0.01 })",
  "RAdam(params, { lr: 0.02, eps: 0.01 })",
] as const;

/** The optimizer, three steps, and what happens before, between and after them. */
export function steps(d: Dice, _head: Head): string[] {
  const clip = d.choose([
    "",
    "",
    "optim.clipGradNorm_(params, 0.5);",
    "optim.clipGradValue_(params, 0.05);",
    "optim.clipGradNorm_(params, 100);",
  ]);
  const average = d.once(4);
  const frozen = d.once(5);
  const accumulates = d.once(5);
  const readBefore = d.once(2);
  const readBetween = d.once(3);
  const evaluates = d.once(4);
  const scheduled = d.once(4);
  return [
    frozen
      ? "{ const all = modules.flatMap((m) => [...m.parameters()]); if (all.length > 2) all[0].requiresGrad = false; }"
      : "",
    "const params = [...new Set(modules.flatMap((m) => [...m.parameters()]))].filter((p) => p.requiresGrad);",
    `const optimizer = new optim.${d.choose(optimizers)};`,
    average ? "const ema = new optim.ExponentialMovingAverage(params, { decay: 0.8 });" : "",
    scheduled ? "const scheduler = new optim.StepLR(optimizer, 1, { gamma: 0.5 });" : "",
    readBefore ? "await Promise.all(params.map((p) => p.data()));" : "",
    "const losses = [];",
    `for (let step = 0; step < 3; step++) {
  optimizer.zeroGrad();
  ${accumulates ? "lossOf().mul(0.5).backward();" : ""}
  const loss = lossOf();
  loss.backward();
  ${clip}
  optimizer.step();
  ${scheduled ? "scheduler.step();" : ""}
  ${average ? "ema.update();" : ""}
  losses.push(loss);
  ${readBetween ? "if (step === 1) await params.at(-1).data();" : ""}
  ${evaluates ? "await w.noGrad(() => lossOf()).item();" : ""}
}`,
    "const results = new Map();",
    'for (const [i, loss] of losses.entries()) results.set("loss " + i, await loss.data());',
    'for (const [i, p] of params.entries()) results.set("parameter " + i, await p.data());',
    average
      ? 'ema.swap(); for (const [i, p] of params.entries()) results.set("average " + i, await p.data());'
      : "",
  ].filter((line) => line !== "");
}
