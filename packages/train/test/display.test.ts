import { init } from "@wgrad/autograd";
import { type Callback, fit, type History } from "@wgrad/train";
import { beforeAll, describe, expect, test } from "vitest";
import { loss, setUp } from "./setting.ts";

type Shown = Readonly<Record<string, string>>;

const shown = (history: History): Promise<Shown> =>
  (history as unknown as Record<symbol, () => Promise<Shown>>)[
    Symbol.for("Jupyter.display")
  ]?.() as Promise<Shown>;

const cellsOf = (html: string): string[] =>
  [...html.matchAll(/<t[dh] [^>]*>([^<]*)</g)].map(([, text]) => text as string);

/** x and y of the points of each line. */
const linesOf = (html: string): number[][][] =>
  [...html.matchAll(/ points="([^"]*)"/g)].map(([, points]) =>
    (points as string).split(" ").map((point) => point.split(",").map(Number)),
  );

beforeAll(() => init({ device: "cpu" }));

describe("a notebook shows a history", () => {
  test("as a table of its epochs with the curves of both losses", async () => {
    const { model, loader, validation, optimizer } = setUp();
    const history = await fit(model, loader, { loss, optimizer, epochs: 2, validation });
    const { "text/plain": plain, "text/html": html = "" } = await shown(history);
    expect(plain).toMatch(/^2 epochs, 12 batches\nepoch 1 {2}step 6 {2}learning rate 0.05 {2}/);
    const cells = cellsOf(html);
    expect(cells.slice(0, 5)).toEqual([
      "epoch",
      "step",
      "learning rate",
      "training loss",
      "validation loss",
    ]);
    expect(Number(cells[8])).toBeCloseTo(history.epochs[0]?.training.loss as number, 2);
    const [training = [], valid = []] = linesOf(html);
    expect([training.length, valid.length]).toEqual([12, 2]);
    // what is less stands lower: y counts from above
    const [first, last] = [history.losses[0] as number, history.losses[11] as number];
    const [from, to] = [training[0]?.[1] as number, training[11]?.[1] as number];
    expect(Math.sign(to - from)).toBe(Math.sign(first - last));
  });

  test("that stopped, of many batches, with what is not finite left out", async () => {
    const { model, loader, optimizer } = setUp();
    const once: Callback = { onEpoch: (run) => run.stop("a <reason>") };
    const history = await fit(model, loader, { loss, optimizer, epochs: 2, callbacks: [once] });
    (history.losses as number[]).push(...Array.from({ length: 1000 }, () => Number.NaN));
    const { "text/html": html = "" } = await shown(history);
    expect(html).toContain("stopped: a &lt;reason&gt;");
    const [line = [], ...others] = linesOf(html);
    expect(others).toEqual([]);
    expect(line).toHaveLength(2); // 6 losses, 4 together
    expect(line.flat().every(Number.isFinite)).toBe(true);
  });

  test("and it is equal to a plain object, and goes to other threads", async () => {
    const { model, loader, optimizer } = setUp();
    const history = await fit(model, loader, { loss, optimizer, epochs: 1 });
    expect(structuredClone(history)).toEqual({ ...history });
    expect(Object.keys(history)).toEqual(["epochs", "losses", "stopped"]);
  });
});
