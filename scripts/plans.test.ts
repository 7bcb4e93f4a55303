import { manualSeed } from "@wgrad/autograd";
import { plansOf } from "@wgrad/autograd/testing";
import { expect, test } from "vitest";
import { models } from "./steps/models.ts";
import { workloads } from "./steps/workloads.ts";

const names = ["chain", "logistic", "mlp", "convnet", "gpt", "lstm"] as const;

test.each(names)("the plan of a training step, as text: %s", { timeout: 60_000 }, async (name) => {
  const make = models[name] as (typeof models)[string];
  const lines = await plansOf(async () => {
    manualSeed(0);
    const step = make((workloads[name] as (typeof workloads)[string])());
    await step.run().item();
    await step.run().item();
    await step.run().item();
  });
  expect(`\n${lines.join("\n")}\n`).toMatchSnapshot();
});
