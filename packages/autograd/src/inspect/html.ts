type Cell = string | number | boolean | null;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text as HTML. */
const escaped = (text: string): string =>
  text.replaceAll(/[&<>]/g, (letter) => entities[letter] as string);

const cellOf = (cell: Cell): string => (cell === null ? "–" : escaped(String(cell)));

/**
 * A table as HTML, under a caption. The first cell of a row is its heading. Text stands at the left
 * and keeps its spaces, numbers stand at the right; null is a dash.
 */
export function htmlTable(
  caption: string,
  header: readonly Cell[],
  rows: readonly (readonly Cell[])[],
): string {
  const style = (cell: Cell | undefined): string =>
    `text-align:${typeof cell === "string" ? "left;white-space:pre" : "right"}`;
  const head = header.map(
    (cell, i) => `<th scope="col" style="${style(rows[0]?.[i])}">${cellOf(cell)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => {
      const tag = i === 0 ? 'th scope="row"' : "td";
      return `<${tag} style="${style(cell)}">${cellOf(cell)}</${tag.slice(0, 2)}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return (
    `<table><caption style="text-align:left">${escaped(caption)}</caption>` +
    `<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`
  );
}
