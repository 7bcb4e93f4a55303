import { DeviceLostError, ShapeError } from "@wgrad/autograd";
import { afterAll, describe, expect, test } from "vitest";
import { connect, type Frame, type State, SupersededError, WorkerError } from "../src/index.ts";
import type { Line } from "./line.ts";
import { makeLine } from "./workers.ts";

const devices =
  typeof window === "undefined" ? (["cpu", "wasm", "webgpu"] as const) : (["webgpu"] as const);

/** One worker for them all: a device is chosen anew once nothing is open. */
const training = connect<Line>(makeLine, { errors: [DeviceLostError, ShapeError] });
afterAll(() => training.terminate());

describe.each(devices)("on %s", (device) => {
  const at = { device, seed: 1 };
  afterAll(() => training.stop());

  test("opens, runs, pauses in the middle, goes on, and is done", async () => {
    const states: State[] = [];
    const frames: Frame[] = [];
    const loaded: string[] = [];
    const off = [
      training.on("state", (state) => states.push(state)),
      training.on("progress", (frame) => frames.push(frame)),
      training.on("loading", ({ what }) => loaded.push(what)),
    ];
    const opened = await training.open({ lr: 0.05 }, at);
    expect(opened.device.device).toBe(device);
    expect([opened.parameters, opened.info, loaded]).toEqual([25, { points: 64 }, ["points"]]);
    expect([opened.frame.step, opened.frame.losses.length, opened.resumed]).toEqual([0, 0, null]);
    expect(opened.frame.snapshot?.bias).toHaveLength(1);

    training.pace = { milliseconds: 1e6, steps: 4 };
    const pausing = training.on("progress", ({ step }) => step >= 12 && void training.pause());
    const paused = await training.run();
    pausing();
    expect(training.state).toBe("paused");
    expect(paused.step).toBeGreaterThanOrEqual(12);
    expect(paused.step).toBeLessThan(40);
    await training.step(3);
    const end = await training.run();
    expect([end.step, end.steps, end.done, training.state]).toEqual([40, 40, true, "done"]);
    expect(states).toEqual([
      ...["loading", "ready", "running", "pausing", "paused", "running", "done"],
    ]);

    const losses = frames.flatMap((frame) => [...frame.losses]);
    expect(losses).toHaveLength(40);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 4);
    expect(frames.map(({ step }) => step)).toContain(paused.step + 3);
    const { machine, measures } = end;
    expect(measures?.atOne).toBeGreaterThan(1);
    expect(machine.lr).toBe(0.05);
    expect(machine.bytes).toBeGreaterThan(0);
    await expect(training.run()).rejects.toThrow("run: the training is done");
    for (const each of off) each();
  });

  test("goes on from a checkpoint bit for bit, and the same seed gives the same", async () => {
    await training.open({ lr: 0.05 }, at);
    await training.step(25);
    const checkpoint = await training.checkpoint();
    expect(checkpoint).toMatchObject({ step: 25, steps: 40 });
    training.pace = { milliseconds: 1e6 };
    await training.run();
    const weights = await training.call("weights");

    const opened = await training.open({ lr: 9 }, { ...at, seed: 5, checkpoint });
    expect([opened.frame.step, opened.resumed?.step, training.state]).toEqual([0, 25, "paused"]);
    await training.run();
    expect(await training.call("weights")).toEqual(weights);

    await training.open({ lr: 0.05 }, at);
    await training.run();
    expect(await training.call("weights")).toEqual(weights);
  });

  test("a training without parts takes its steps again", async () => {
    await training.open({ lr: 0.05, kind: "replayed" }, at);
    await training.step(6);
    const checkpoint = await training.checkpoint();
    expect(checkpoint).toEqual({ step: 6, steps: 40, file: null });
    const weights = await training.call("weights");
    const { resumed } = await training.open({ lr: 0.05, kind: "replayed" }, { ...at, checkpoint });
    expect([resumed?.step, resumed?.losses.length]).toEqual([6, 6]);
    expect(await training.call("weights")).toEqual(weights);
  });

  test("fit is played too: it pauses, and goes on from a checkpoint in the midst of an epoch", async () => {
    const settings = { lr: 0.02, steps: 24, kind: "fit" } as const;
    await training.open(settings, at);
    const first = await training.step(10);
    expect([first.step, first.steps, first.losses.length]).toEqual([10, 24, 10]);
    const checkpoint = await training.checkpoint();
    const middle = await training.call("weights");
    training.pace = { milliseconds: 1e6 };
    expect(await training.run()).toMatchObject({ step: 24, done: true });
    const weights = await training.call("weights");

    await training.open(settings, { ...at, seed: 9, checkpoint });
    expect(await training.call("weights")).toEqual(middle);
    expect(await training.run()).toMatchObject({ step: 24, done: true });
    expect(await training.call("weights")).toEqual(weights);
  });

  test("fit that is left in its middle ends, and another one begins", async () => {
    await training.open({ lr: 0.02, steps: 24, kind: "fit" }, at);
    await training.step(3);
    await training.stop();
    expect([training.state, training.wanted]).toEqual(["idle", null]);
    await expect(training.step()).rejects.toThrow("step: the training is idle");
    await training.open({ lr: 0.02 }, at);
    expect((await training.step()).step).toBe(1);
  });

  test("memory of trainings that are gone is given back", async () => {
    const bytes: number[] = [];
    for (let i = 0; i < 4; i++) {
      await training.open({ lr: 0.05 }, at);
      bytes.push((await training.step(3)).machine.bytes);
    }
    expect(bytes[3]).toBe(bytes[2]);
  });

  test("settings change while it goes on", async () => {
    await training.open({ lr: 0.05 }, at);
    expect((await training.step()).machine.lr).toBe(0.05);
    await training.set({ lr: 0.01 });
    expect((await training.step()).machine.lr).toBe(0.01);
    expect(training.wanted?.settings).toEqual({ lr: 0.01 });
    await training.open({ lr: 0.02, steps: 8, kind: "fit" }, at);
    await training.step();
    await expect(training.set({ lr: 0.01 })).rejects.toThrow(
      "set: this training takes no settings while it goes on; got lr",
    );
  });

  test("a loss that is not finite ends it", async () => {
    await training.open({ lr: 0.05, kind: "diverges" }, at);
    const frame = await training.run();
    expect([frame.diverged, frame.step, frame.losses.length]).toEqual([4, 3, 3]);
    expect([frame.snapshot, training.state]).toEqual([null, "diverged"]);
  });

  test("errors come across with their class, message, cause and fields", async () => {
    await training.open({ lr: 0.05 }, at);
    const error = await training.call("fail").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    const { message, stack, cause, code } = error as Error & { code: number };
    expect([message, code]).toEqual(["out of it", 7]);
    expect(stack).toMatch(/RangeError: out of it\n.*fail.*line\./s);
    expect(cause).toBeInstanceOf(DeviceLostError);
    expect((cause as Error).message).toBe("the cause");
    expect(training.state).toBe("ready");
    await expect(training.call("unsendable")).rejects.toThrow("cannot be sent");
    // @ts-expect-error: there is no such function
    await expect(training.call("guess")).rejects.toThrow(
      'call: this training has no "guess"\n  hint: one of predict, weights',
    );
    expect((await training.step()).step).toBe(1);
  });

  test("a training that cannot begin leaves the one before as it was", async () => {
    await training.open({ lr: 0.05 }, at);
    await training.step(2);
    const failing = training.open({ lr: 0.05, fails: "shapes" }, at);
    await expect(failing).rejects.toBeInstanceOf(ShapeError);
    await expect(training.open({ lr: 0.05, fails: "unheld" }, at)).rejects.toThrow(
      "the run's model is not held",
    );
    expect(training.state).toBe("paused");
    expect((await training.step()).step).toBe(3);
  });

  test("what a step throws is told, and no step follows", async () => {
    await training.open({ lr: 0.05, kind: "throws" }, at);
    await expect(training.run()).rejects.toThrow(new RangeError("the fifth step"));
    expect(training.state).toBe("paused");
    await expect(training.run()).rejects.toThrow("the fifth step");
  });

  test("of two that are opened the later one stands", async () => {
    const first = training.open({ lr: 0.05 }, at);
    const second = training.open({ lr: 0.04 }, at);
    await expect(first).rejects.toBeInstanceOf(SupersededError);
    await second;
    expect((await training.step()).machine.lr).toBe(0.04);
  });
});

test("a device that is lost: the training goes on from its last checkpoint in a fresh worker", async () => {
  const training = connect<Line>(makeLine, { errors: [DeviceLostError], checkpointEvery: 0.001 });
  await training.open({ lr: 0.05, steps: 10 }, { device: "webgpu", seed: 1 });
  training.pace = { milliseconds: 0 };
  const pausing = training.on("progress", ({ step }) => step === 4 && void training.pause());
  const { step } = await training.run();
  pausing();
  await training.call("lose");
  await expect(training.run()).rejects.toBeInstanceOf(DeviceLostError);
  expect(training.state).toBe("failed");

  const { resumed } = await training.restart();
  expect(resumed?.step).toBe(step);
  training.pace = { milliseconds: 1e6 };
  await training.run();
  const weights = await training.call("weights");
  await training.open({ lr: 0.05, steps: 10 }, { device: "webgpu", seed: 1 });
  await training.run();
  expect(await training.call("weights")).toEqual(weights);
  await training.terminate();
  await expect(training.open({ lr: 1 })).rejects.toThrow("open: the worker was terminated");
});

test("an error that nobody caught in the worker is told, and it can begin again", async () => {
  const training = connect<Line>(makeLine);
  await training.open({ lr: 0.05, kind: "heavy", steps: 1e6 }, { device: "wasm" });
  const running = training.run();
  const later = training.call("later").catch(() => undefined);
  await expect(running).rejects.toThrow(/nobody caught it/);
  await expect(running).rejects.toBeInstanceOf(WorkerError);
  await later;
  expect(training.state).toBe("failed");
  await training.open({ lr: 0.05 }, { device: "wasm" });
  expect((await training.step()).step).toBe(1);
  await training.terminate();
});

test("what connect and open would not use is refused", async () => {
  // @ts-expect-error: a worker, not what makes one
  expect(() => connect(new URL("file:///x"))).toThrow("connect: what makes the worker");
  // @ts-expect-error: no such option
  expect(() => connect(makeLine, { every: 1 })).toThrow('connect: there is no option "every"');
  const training = connect<Line>(makeLine);
  // @ts-expect-error: no such option
  await expect(training.open({ lr: 1 }, { seeds: 1 })).rejects.toThrow(
    'there is no option "seeds"',
  );
  // @ts-expect-error: no such event
  expect(() => training.on("epoch", () => {})).toThrow('on: there is no event "epoch"');
  await expect(training.run()).rejects.toThrow("run: the training is idle");
});
