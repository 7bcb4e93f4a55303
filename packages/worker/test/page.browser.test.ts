import { ShapeError } from "@wgrad/autograd";
import { expect, test } from "vitest";
import { connect } from "../src/index.ts";
import type { Line } from "./line.ts";
import { makeLine } from "./workers.ts";

test("a page's worker trains, pauses, fails by class, goes on from a checkpoint, and ends", async () => {
  const training = connect<Line>(makeLine, { errors: [ShapeError] });
  const at = { device: "wasm", seed: 1 } as const;
  await training.open({ lr: 0.05 }, at);
  training.pace = { milliseconds: 1e6, steps: 4 };
  const pausing = training.on("progress", ({ step }) => step === 8 && void training.pause());
  const { step } = await training.run();
  pausing();
  expect([step > 0 && step < 40, training.state]).toEqual([true, "paused"]);
  const checkpoint = await training.checkpoint();
  expect((await training.run()).done).toBe(true);
  const weights = await training.call("weights");
  await expect(training.open({ lr: 1, fails: "shapes" }, at)).rejects.toBeInstanceOf(ShapeError);

  await training.open({ lr: 1 }, { ...at, checkpoint });
  await training.run();
  expect(await training.call("weights")).toEqual(weights);
  await training.terminate();
  expect(training.state).toBe("ended");
});
