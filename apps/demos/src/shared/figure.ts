import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as Plot from "@observablehq/plot";
import { Resvg } from "@resvg/resvg-js";
import { parseHTML } from "linkedom";
import { UsageError } from "./options.ts";
import { ink, type Panel } from "./panel.ts";
import { writeWhole } from "./write.ts";

const font = "Inter";
const fallback = `${font}, "Helvetica Neue", Arial, sans-serif`;
const { document } = parseHTML("<!doctype html><html><body></body></html>");

const margin = 40;
const gap = 48;
const maxWidth = 1480;
const headHeight = 104;
const panelHead = 56;

/** Panels side by side, in as many rows as they need, under one title: the text of an SVG file. */
export function figure(title: string, subtitle: string, panels: readonly Panel[]): string {
  const rows = wrap(panels);
  const width = 2 * margin + Math.max(...rows.map(widthOf));
  let y = headHeight;
  const drawn = rows.flatMap((row) => {
    const top = y;
    y += panelHead + Math.max(...row.map((panel) => panel.height)) + margin;
    let x = margin;
    return row.map((panel) => {
      const at = x;
      x += panel.width + gap;
      return [
        text(panel.title, at, top + 20, 17, 600, ink.text),
        text(panel.subtitle, at, top + 42, 13.5, 400, ink.quiet),
        `<g transform="translate(${at} ${top + panelHead})">${panelSvg(panel)}</g>`,
      ].join("\n");
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family='${fallback}'>`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    text(title, margin, 54, 27, 700, ink.text),
    text(subtitle, margin, 82, 15, 400, ink.quiet),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

const widthOf = (row: readonly Panel[]): number =>
  row.reduce((sum, panel) => sum + panel.width, gap * (row.length - 1));

function wrap(panels: readonly Panel[]): Panel[][] {
  const rows: Panel[][] = [];
  for (const panel of panels) {
    const row = rows.at(-1);
    if (row !== undefined && widthOf([...row, panel]) <= maxWidth) row.push(panel);
    else rows.push([panel]);
  }
  return rows;
}

/** One chart without its heading, as SVG. */
export function panelSvg({ width, height, plot }: Panel): string {
  const svg = Plot.plot({
    marginLeft: 52,
    marginBottom: 48,
    marginTop: 34,
    marginRight: 16,
    ...plot,
    document: document as unknown as Document,
    width,
    height,
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

/** Text as markup shows it. */
export const escapeXml = (content: string): string =>
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
  } catch (error) {
    throw new UsageError(`${folder}: the picture cannot be written (${(error as Error).message})`);
  }
  return [
    writeWhole(join(folder, `${name}.svg`), svg),
    writeWhole(join(folder, `${name}.png`), png),
  ];
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
