import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as Plot from "@observablehq/plot";
import { Resvg } from "@resvg/resvg-js";
import { parseHTML } from "linkedom";
import { ink, type Panel } from "./panel.ts";
import { makeFolder, writeWhole } from "./write.ts";

const font = "Inter";
const fallback = `${font}, "Helvetica Neue", Arial, sans-serif`;
const { document } = parseHTML("<!doctype html><html><body></body></html>");

const margin = 40;
const gap = 48;
const maxWidth = 1560;
const headHeight = 104;
const panelHead = 56;

/** Panels side by side, in as many rows as they need, under one title: the text of an SVG file. */
export function figure(title: string, subtitle: string, panels: readonly Panel[]): string {
  const rows = wrap(panels);
  const inner = Math.max(...rows.map(widthOf));
  const width = 2 * margin + inner;
  let y = headHeight;
  const drawn = rows.flatMap((row) => {
    const top = y;
    y += panelHead + Math.max(...row.map((panel) => panel.height)) + margin;
    let x = margin;
    return row.map((panel) => {
      const at = x;
      x += panel.width + gap;
      return [
        text(panel.title, at, top + 20, { size: 17, weight: 600, fill: ink.text }, panel.width),
        text(panel.subtitle, at, top + 42, { size: 13.5, fill: ink.quiet }, panel.width),
        `<g transform="translate(${at} ${top + panelHead})">${panelSvg(panel)}</g>`,
      ].join("\n");
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family='${fallback}'>`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    text(title, margin, 54, { size: 27, weight: 700, fill: ink.text }, inner),
    text(subtitle, margin, 82, { size: 15, fill: ink.quiet }, inner),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

const widthOf = (row: readonly Panel[]): number =>
  row.reduce((sum, panel) => sum + panel.width, gap * (row.length - 1));

/**
 * Panels in no more rows than they need, and these as even as can be: no row stands half empty
 * below a full one.
 */
function wrap(panels: readonly Panel[]): Panel[][] {
  for (let count = 1; ; count++) {
    const rows = evenly(panels, count);
    if (count >= panels.length || rows.every((row) => widthOf(row) <= maxWidth)) return rows;
  }
}

/** Panels in `count` rows, the widest of which is as narrow as can be. */
function evenly(panels: readonly Panel[], count: number): Panel[][] {
  if (count <= 1) return [[...panels]];
  let best: Panel[][] | null = null;
  const widest = (rows: readonly Panel[][]): number => Math.max(...rows.map(widthOf));
  for (let first = 1; first <= panels.length - count + 1; first++) {
    const rows = [panels.slice(0, first), ...evenly(panels.slice(first), count - 1)];
    if (best === null || widest(rows) <= widest(best)) best = rows;
  }
  return best ?? [[...panels]];
}

const MARGINS = { marginLeft: 52, marginBottom: 48, marginTop: 34, marginRight: 16 };
type Margins = Record<keyof typeof MARGINS, number>;

/** One chart without its heading, as SVG; its margins are as wide as the letters in them. */
export function panelSvg(panel: Panel): string {
  const { marginLeft, marginBottom, marginTop, marginRight } = { ...MARGINS, ...panel.plot };
  const margins: Margins = { marginLeft, marginBottom, marginTop, marginRight };
  const first = drawPlot(panel, margins);
  const box = boundsOfText(first.outerHTML);
  if (box === null) return first.outerHTML;
  margins.marginLeft += Math.max(0, Math.ceil(-box.left));
  margins.marginTop += Math.max(0, Math.ceil(-box.top));
  margins.marginRight += Math.max(0, Math.ceil(box.right - panel.width));
  margins.marginBottom += Math.max(0, Math.ceil(box.bottom - panel.height));
  return drawPlot(panel, margins).outerHTML;
}

function drawPlot({ width, height, plot }: Panel, margins: Margins): Element {
  const svg = Plot.plot({
    ...plot,
    ...margins,
    document: document as unknown as Document,
    width,
    height,
    style: { fontFamily: fallback, fontSize: "13px", color: ink.text, background: "none" },
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg;
}

/** Where the letters of a drawing are; null where it has none. */
export function boundsOfText(
  svg: string,
): { left: number; top: number; right: number; bottom: number } | null {
  const drawing = parseHTML(svg).document.querySelector("svg");
  for (const part of drawing?.querySelectorAll("path, circle, rect, line, image, style") ?? []) {
    part.remove();
  }
  const box = new Resvg(drawing?.outerHTML ?? svg, { font: fonts() }).getBBox();
  if (box === undefined || box.width === 0) return null;
  return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
}

/** A letter's width, of its size, on average. */
const LETTER = 0.55;

/** Text that ends in … where it would be wider than it may. */
function text(
  content: string,
  x: number,
  y: number,
  { size, weight = 400, fill }: { size: number; weight?: number; fill: string },
  width: number,
): string {
  const most = Math.floor(width / (LETTER * size));
  const shown = content.length > most ? `${content.slice(0, most - 1).trimEnd()}…` : content;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escapeXml(shown)}</text>`;
}

/** Text as markup shows it. */
export const escapeXml = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Writes a figure as `name`.svg and `name`.png (two dots a unit) into `folder`; gives both paths.
 */
export function saveFigure(svg: string, folder: string, name: string): string[] {
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    font: fonts(),
  });
  const png = resvg.render().asPng();
  makeFolder(folder);
  return [
    writeWhole(join(folder, `${name}.svg`), svg),
    writeWhole(join(folder, `${name}.png`), png),
  ];
}

/** The same letters on every machine, also on one that has no fonts. */
function fonts() {
  const root = dirname(
    createRequire(import.meta.url).resolve("@expo-google-fonts/inter/package.json"),
  );
  const fontFiles = ["400Regular", "500Medium", "600SemiBold", "700Bold"].map((style) =>
    join(root, style, `Inter_${style}.ttf`),
  );
  return { loadSystemFonts: false, fontFiles, defaultFontFamily: font };
}
