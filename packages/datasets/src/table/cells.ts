const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a cell is, or null. */
export function numberIn(cell: string): number | null {
  const text = cell.trim();
  const value = Number(text);
  return decimal.test(text) && Number.isFinite(value) ? value : null;
}

/** A cell as messages show it. */
export function shown(cell: string): string {
  const text = cell.trim();
  if (text === "") return "empty";
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}

/**
 * Whether text cells are all numbers, empty ones apart where those may be missing; one at least
 * must be.
 */
export function areNumbers(cells: readonly string[], mayMiss: boolean): boolean {
  let found = false;
  for (const cell of cells) {
    if (mayMiss && cell === "") continue;
    if (numberIn(cell) === null) return false;
    found = true;
  }
  return found;
}
