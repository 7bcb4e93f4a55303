import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init } from "@wgrad/autograd";
import { SavingError } from "@wgrad/autograd/saving";
import { Checkpoint, fit, JsonLines, TensorBoard } from "@wgrad/train";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsIn } from "./events.ts";
import { loss, setUp } from "./setting.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-logs-"));
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  await init({ device: "cpu" });
});
afterAll(() => rmSync(folder, { recursive: true }));

const linesAt = (name: string): Record<string, number>[] =>
  readFileSync(path(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("files are there after an error, and a run that goes on appends to them", async () => {
  const callbacks = () => [
    new JsonLines(path("deep/a.jsonl"), { every: 2 }),
    new TensorBoard(path("runs/a/"), { every: 2 }),
    new Checkpoint(path("run.safetensors")),
  ];
  const fails = {
    onStep: ({ step }: { step: number }) => {
      if (step === 9) throw new RangeError("the power went");
    },
  };
  const first = setUp();
  const broken = fit(first.model, first.loader, {
    loss,
    optimizer: first.optimizer,
    epochs: 2,
    callbacks: [...callbacks(), fails],
  });
  await expect(broken).rejects.toThrow("the power went");
  expect(linesAt("deep/a.jsonl").map(({ step }) => step)).toEqual([2, 4, 6, 6, 8]);

  const second = setUp(3);
  await fit(second.model, second.loader, {
    loss,
    optimizer: second.optimizer,
    epochs: 2,
    callbacks: callbacks(),
    resume: path("run.safetensors"),
  });
  const lines = linesAt("deep/a.jsonl");
  expect(lines.map(({ step, resumed }) => step ?? -(resumed as number))).toEqual([
    ...[2, 4, 6, 6, 8],
    ...[-6, 8, 10, 12, 12],
  ]);
  const names = readdirSync(path("runs/a")).sort();
  expect(names).toHaveLength(2);
  for (const name of names) expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const [before, after] = names.map((name) => eventsIn(readFileSync(path(`runs/a/${name}`))));
  expect(before?.map(({ step }) => step)).toEqual([0, 2, 4, 6, 6, 8]);
  expect(after?.map(({ step, starts = false }) => [step, starts])).toEqual([
    ...[
      [0, false],
      [7, true],
    ],
    ...[8, 10, 12, 12].map((step) => [step, false]),
  ]);

  // a run that begins writes the file anew
  const third = setUp();
  const anew = [new JsonLines(path("deep/a.jsonl"), { every: 100 })];
  await fit(third.model, third.loader, {
    loss,
    optimizer: third.optimizer,
    epochs: 1,
    callbacks: anew,
  });
  expect(linesAt("deep/a.jsonl").map(({ step }) => step)).toEqual([6]);
});

test("a file that cannot be written ends the training before its first step", async () => {
  writeFileSync(path("taken"), "");
  for (const log of [new JsonLines(folder), new TensorBoard(path("taken/runs"))]) {
    const { model, optimizer, loader } = setUp();
    let steps = 0;
    const callbacks = [log, { onStep: () => void steps++ }];
    const training = fit(model, loader, { loss, optimizer, epochs: 1, callbacks });
    await expect(training).rejects.toBeInstanceOf(SavingError);
    await expect(training).rejects.toThrow(/^(JsonLines|TensorBoard): .* cannot be written \(/);
    expect(steps).toBe(0);
  }
});
