import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as Plot from "@observablehq/plot";
import { Resvg } from "@resvg/resvg-js";
import { parseHTML } from "linkedom";
import { UsageError } from "./options.ts";

/** Colours of every picture. */
export const ink = {
  text: "#1d2733",
  quiet: "#6b7785",
  grid: "#e8ebef",
  paper: "#ffffff",
  data: "#2f6fdb",
  fit: "#ef5b3c",
} as const;

const font = "Inter";
const fallback = `${font}, "Helvetica Neue", Arial, sans-serif`;
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** One chart of a figure, with a heading of its own. */
export interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
  readonly plot: Plot.PlotOptions;
}

const margin = 40;
const gap = 48;
const headHeight = 104;
const panelHead = 56;

/** Panels side by side under one title, as the text of an SVG file. */
export function figure(title: string, subtitle: string, panels: readonly Panel[]): string {
  const width = panels.reduce(
    (sum, panel) => sum + panel.width,
    2 * margin + gap * (panels.length - 1),
  );
  const height = headHeight + panelHead + Math.max(...panels.map((panel) => panel.height)) + margin;
  let x = margin;
  const drawn = panels.map((panel) => {
    const at = x;
    x += panel.width + gap;
    return [
      text(panel.title, at, headHeight + 20, 17, 600, ink.text),
      text(panel.subtitle, at, headHeight + 42, 13.5, 400, ink.quiet),
      `<g transform="translate(${at} ${headHeight + panelHead})">${draw(panel)}</g>`,
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family='${fallback}'>`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    text(title, margin, 54, 27, 700, ink.text),
    text(subtitle, margin, 82, 15, 400, ink.quiet),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function draw({ width, height, plot }: Panel): string {
  const svg = Plot.plot({
    ...plot,
    document: document as unknown as Document,
    width,
    height,
    marginLeft: 52,
    marginBottom: 48,
    marginTop: 34,
    marginRight: 16,
    style: { fontFamily: fallback, fontSize: "13px", color: ink.text, background: "none" },
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}

function text(
  content: string,
  x: number,
  y: number,
  size: number,
  weight: number,
  fill: string,
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escapeXml(content)}</text>`;
}

const escapeXml = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Writes a figure as `name`.svg and `name`.png (two dots a unit) into `folder`; gives both paths. */
export function saveFigure(svg: string, folder: string, name: string): string[] {
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: font },
  });
  const png = resvg.render().asPng();
  try {
    mkdirSync(folder, { recursive: true });
    return [write(join(folder, `${name}.svg`), svg), write(join(folder, `${name}.png`), png)];
  } catch (error) {
    throw new UsageError(`${folder}: the picture cannot be written (${(error as Error).message})`);
  }
}

/** Whole or not at all: a broken run leaves no half of a file. */
function write(path: string, content: string | Buffer): string {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, path);
  return path;
}

/** The same letters on every machine, also on one that has no fonts. */
function fontFiles(): string[] {
  const root = dirname(
    createRequire(import.meta.url).resolve("@expo-google-fonts/inter/package.json"),
  );
  return ["400Regular", "500Medium", "600SemiBold", "700Bold"].map((style) =>
    join(root, style, `Inter_${style}.ttf`),
  );
}
