import { describe, expect, test } from "vitest";
import { chancePanel } from "../src/exam/picture.ts";
import { linePanel } from "../src/housing/picture.ts";
import { brief } from "../src/shared/brief.ts";
import { boundsOfText, figure, panelSvg } from "../src/shared/figure.ts";
import type { Chart, Panel } from "../src/shared/panel.ts";
import { legend, predictionChart } from "../src/shared/panels.ts";

/** More rows than a call takes arguments. */
const ROWS = 200_000;
const prices = Array.from({ length: ROWS }, (_, i) => 1e6 + 1000 * (i % 7919));
const name = brief("what it was sold for in the dollars of the year two thousand and eight");
const line = { slope: 1000, intercept: 1e6 };
const points = prices.map((y, i) => ({ x: i % 7919, y }));

const charts: Readonly<Record<string, () => Chart>> = {
  "a line through rows": () => linePanel(points, line, null, { x: `${name} →`, y: `↑ ${name}` }),
  "predictions of rows": () =>
    predictionChart(prices, prices, { real: `real ${name} →`, predicted: `↑ predicted ${name}` }),
  "chances of rows": () =>
    chancePanel(
      prices.map((_, i) => i % 2),
      prices.map((_, i) => (i % 100) / 100),
      name,
    ),
};

describe.each(Object.entries(charts))("%s", (_, chart) => {
  test("is drawn of any number of them, and all of its letters are on it", () => {
    const panel: Panel = { title: "", subtitle: "", ...chart() };
    const svg = panelSvg(panel);
    expect(svg.match(/<circle/g)?.length).toBeLessThan(3000);
    const box = boundsOfText(svg);
    expect(box?.left).toBeGreaterThan(-2);
    expect(box?.top).toBeGreaterThan(-2);
    expect(box?.right).toBeLessThan(panel.width + 2);
    expect(box?.bottom).toBeLessThan(panel.height + 2);
  });
});

const panel = (title: string, width = 440): Panel => {
  return {
    title,
    subtitle: "",
    width,
    height: 400,
    plot: { x: { domain: [0, 1] }, y: { domain: [0, 1] } },
  };
};
const widthOf = (svg: string): number => Number(/^<svg [^>]*width="(\d+)"/.exec(svg)?.[1]);

test("panels stand in rows as even as can be", () => {
  const four = figure(
    "",
    "",
    ["a", "b", "c", "d"].map((title) => panel(title)),
  );
  expect(widthOf(four)).toBe(2 * 440 + 48 + 80);
  const three = figure("", "", [panel("a"), panel("b", 560), panel("c")]);
  expect(widthOf(three)).toBe(440 + 560 + 440 + 96 + 80);
});

test("a title wider than its panel ends in …", () => {
  const svg = figure("", "", [panel("t".repeat(200))]);
  expect(svg).toMatch(/>t{30,60}…</);
});

test("the names of a legend stand beside each other, and on another row where they are many", () => {
  const names = ["one", "another", "a third", "a fourth"].map((name) => ({ name, color: "#000" }));
  const plot = { x: { domain: [0, 1] }, y: { domain: [0, 1] }, marks: legend(names, 150) };
  const svg = panelSvg({ ...panel(""), plot });
  const at = [
    ...svg.matchAll(/transform="translate\((-?[\d.]+),(-?[\d.]+)\)"[^>]*>(?=[\s\S]*?<text)/g),
  ];
  expect(new Set(at.map(([, , y]) => y)).size).toBeGreaterThan(1);
  expect(boundsOfText(svg)?.top).toBeGreaterThan(-2);
});
