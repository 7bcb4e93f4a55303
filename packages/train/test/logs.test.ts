import { init } from "@wgrad/autograd";
import { fit, JsonLines, TensorBoard } from "@wgrad/train";
import { beforeAll, describe, expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "../src/log/crc32c.ts";
import { eventRecord } from "../src/log/event.ts";
import { eventsIn } from "./events.ts";
import { loss, setUp } from "./setting.ts";

describe("CRC-32C", () => {
  // RFC 3720, B.4, and the digits that all implementations of checksums are tried with
  const row = (length: number, at: (i: number) => number) =>
    Uint8Array.from({ length }, (_, i) => at(i));
  test.each<[string, Uint8Array, number]>([
    ["zeros", row(32, () => 0), 0x8a9136aa],
    ["ones", row(32, () => 255), 0x62a8ab43],
    ["rising", row(32, (i) => i), 0x46dd794e],
    ["falling", row(32, (i) => 31 - i), 0x113fdb5c],
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", row(0, () => 0), 0],
  ])("of %s", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test("masked, as TFRecord's own documentation has it", () => {
    // the first record of any event file: its length, 24, has this sum
    expect(maskedCrc32c(Uint8Array.from([24, 0, 0, 0, 0, 0, 0, 0]))).toBe(0x224b7fa3);
  });
});

test("an event is read as it was written", () => {
  const event = { wallTime: 1.5e9 + 0.25, step: 70_000, scalars: { "a/b": 0.5, é: -3 } };
  expect(eventsIn(eventRecord(event))).toEqual([event]);
  const first = { wallTime: 1, step: 0, fileVersion: "brain.Event:2" };
  const start = { wallTime: 2, step: 7, starts: true };
  const bytes = [...eventRecord(first), ...eventRecord(start)];
  expect(eventsIn(Uint8Array.from(bytes))).toEqual([first, start]);
});

/** All of them as a run of three epochs of six batches has them. */
async function logged(callbacks: ConstructorParameters<typeof JsonLines>[0][], every = 4) {
  const { model, optimizer, loader, validation } = setUp();
  const lines = new JsonLines(callbacks[0], { every });
  const board = new TensorBoard(undefined, { every });
  const history = await fit(model, loader, {
    loss,
    optimizer,
    epochs: 3,
    validation,
    callbacks: [lines, board],
  });
  return { history, lines, board };
}

describe("logs of a run", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("have its losses, rates and scores, in memory", async () => {
    const { history, lines, board } = await logged([undefined]);
    const written = (await lines.blob().text()).trim().split("\n");
    const records = written.map((line) => JSON.parse(line));
    const steps = records.filter((record) => "learningRates" in record && "loss" in record);
    expect(steps.map(({ step }) => step)).toEqual([4, 8, 12, 16]);
    expect(steps.map(({ epoch }) => epoch)).toEqual([1, 2, 2, 3]);
    for (const { step, loss, learningRates } of steps) {
      expect([loss, learningRates]).toEqual([history.losses[step - 1], [0.05]]);
    }
    const epochs = records.filter((record) => "training" in record);
    expect(epochs.map(({ time, ...record }) => record)).toEqual(history.epochs);

    const events = eventsIn(new Uint8Array(await board.blob().arrayBuffer()));
    expect(events[0]?.fileVersion).toBe("brain.Event:2");
    const scalars = events.slice(1).map(({ step, scalars }) => ({ step, scalars }));
    const f32 = Math.fround;
    const [a] = history.epochs;
    expect(scalars[0]).toEqual({
      step: 4,
      scalars: { "step/loss": f32(history.losses[3] as number), "step/lr": f32(0.05) },
    });
    expect(scalars[1]).toEqual({
      step: 6,
      scalars: {
        "training/loss": f32(a?.training.loss as number),
        "validation/loss": f32(a?.validation?.loss as number),
      },
    });
    expect(scalars.map(({ step }) => step)).toEqual([4, 6, 8, 12, 12, 16, 18]);
  });

  test("go line by line to a function, and what is no number is a text", async () => {
    const lines: string[] = [];
    const { model, optimizer, loader } = setUp();
    await fit(model, loader, {
      loss: (net, batch) => loss(net, batch).mul(Number.NaN),
      optimizer,
      epochs: 1,
      callbacks: [new JsonLines((line) => lines.push(line), { every: 6 })],
    });
    expect(JSON.parse(lines[0] as string)).toMatchObject({ epoch: 1, step: 6, loss: "NaN" });
    expect(JSON.parse(lines[1] as string).training).toEqual({ loss: "NaN" });
  });

  test("end the training by what their function throws", async () => {
    const { model, optimizer, loader } = setUp();
    const full = (): never => {
      throw new RangeError("the disk is full");
    };
    const callbacks = [new JsonLines(full, { every: 1 })];
    const training = fit(model, loader, { loss, optimizer, epochs: 1, callbacks });
    await expect(training).rejects.toThrow("the disk is full");
  });

  test.each<[() => unknown, string]>([
    [() => new JsonLines("x", { every: 0 }), "JsonLines: every is 0"],
    [() => new TensorBoard("x", { every: 1.5 }), "TensorBoard: every is 1.5"],
    [() => new TensorBoard(""), "TensorBoard: its target is an empty path"],
    [() => new JsonLines(7 as never), "JsonLines: its target is 7"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });

  test.runIf(typeof window === "object")("a path is refused in a browser", async () => {
    const { model, optimizer, loader } = setUp();
    const callbacks = [new TensorBoard("runs/a")];
    await expect(fit(model, loader, { loss, optimizer, epochs: 1, callbacks })).rejects.toThrow(
      'TensorBoard: a path is for Node; got "runs/a"',
    );
  });
});
