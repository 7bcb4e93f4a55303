import { escapeXml, panelSvg } from "../shared/figure.ts";
import { ink } from "../shared/panel.ts";
import type { Block, Chapter } from "./story.ts";

/** The story as one HTML file that needs nothing beside it. */
export function htmlReport(title: string, subtitle: string, chapters: readonly Chapter[]): string {
  const sections = chapters.map(
    ({ title: heading, blocks }) =>
      `<section><h2>${escapeXml(heading)}</h2>\n${blocks.map(htmlOf).join("\n")}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeXml(title)}</h1><p class="quiet">${escapeXml(subtitle)}</p>
${sections.join("\n")}
</main></body></html>
`;
}

function htmlOf(block: Block): string {
  if (block.kind === "text") return `<p>${block.lines.map(escapeXml).join("<br>")}</p>`;
  if (block.kind === "plain") return `<pre class="wide">${escapeXml(block.text)}</pre>`;
  if (block.kind === "pictures") {
    const figures = block.panels.map(
      (panel) =>
        `<figure><figcaption><b>${escapeXml(panel.title)}</b><br>${escapeXml(panel.subtitle)}</figcaption>${panelSvg(panel)}</figure>`,
    );
    return `<div class="pictures">${figures.join("")}</div>`;
  }
  const right = block.names.map((_, j) =>
    block.rows.every((row) => /^[-+−]?[$\d.,]+( ?%)?$/.test(String(row[j]))),
  );
  const row = (cells: readonly (string | number)[], tag: string): string =>
    `<tr>${cells.map((cell, j) => `<${tag}${right[j] ? ' class="number"' : ""}>${escapeXml(String(cell))}</${tag}>`).join("")}</tr>`;
  return `<div class="wide"><table>${row(block.names, "th")}${block.rows.map((cells) => row(cells, "td")).join("")}</table></div>`;
}

const style = `
body { margin: 0; background: ${ink.paper}; color: ${ink.text}; font: 16px/1.5 Inter, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 30px; margin: 0; } h2 { font-size: 20px; margin: 44px 0 8px; }
.quiet, figcaption { color: ${ink.quiet}; } figcaption { font-size: 14px; } figcaption b { color: ${ink.text}; }
.pictures { display: flex; flex-wrap: wrap; gap: 24px; } figure { margin: 16px 0 0; } svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; } pre { font-size: 13px; line-height: 1.45; } table { border-collapse: collapse; margin: 8px 0; font-size: 15px; }
th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid ${ink.grid}; } th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
`;
