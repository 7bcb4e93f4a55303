/** A heading with room around it. */
export function heading(text: string): void {
  console.log(`\n${text}\n${"─".repeat(text.length)}`);
}

/** Lines of plain text. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Rows under names, columns as wide as they need to be: numbers to the right, text to the left. */
export function table(
  names: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const cells = rows.map((row) => row.map(String));
  const widths = names.map((name, j) =>
    Math.max(name.length, ...cells.map((row) => (row[j] ?? "").length)),
  );
  const right = names.map((_, j) =>
    rows.every((row) => /^(\?|[-+]?[\d.,]+( ?%)?)$/.test(String(row[j]))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, j) => (right[j] ? cell.padStart(widths[j] ?? 0) : cell.padEnd(widths[j] ?? 0)))
      .join(" │ ");
  console.log(` ${line(names)}`);
  console.log(` ${widths.map((width) => "─".repeat(width)).join("─┼─")}`);
  for (const row of cells) console.log(` ${line(row)}`);
}
