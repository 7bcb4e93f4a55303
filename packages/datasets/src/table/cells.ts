const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Parses a cell as a number; null if it is not one. */
export function numberIn(cell: string): number | null {
  const text = cell.trim();
  const value = Number(text);
  return decimal.test(text) && Number.isFinite(value) ? value : null;
}

/** A cell for error messages. */
export function shown(cell: string): string {
  const text = cell.trim();
  if (text === "") return "empty";
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}

/** Whether all cells are numbers, and at least one. Empty cells are allowed if `mayMiss`. */
export function areNumbers(cells: readonly string[], mayMiss: boolean): boolean {
  let found = false;
  for (const cell of cells) {
    if (mayMiss && cell === "") continue;
    if (numberIn(cell) === null) return false;
    found = true;
  }
  return found;
}
