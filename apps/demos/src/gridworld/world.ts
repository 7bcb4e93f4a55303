/** `S` start, `G` goal, `X` pit, `#` wall. */
export const map: readonly string[] = [
  "S..#G", //
  ".#.#.",
  ".#...",
  "..#X.",
  ".....",
];

export const rows: number = map.length;
export const columns: number = (map[0] as string).length;
export const arrows: readonly string[] = ["↑", "→", "↓", "←"];
const steps = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

/** What is in a cell; cells count row by row. Outside the map there is wall. */
const at = (row: number, column: number): string => map[row]?.[column] ?? "#";
export const cellAt = (cell: number): string => at(Math.floor(cell / columns), cell % columns);

const cells = Array.from({ length: rows * columns }, (_, cell) => cell);
export const start: number = cells.findIndex((cell) => cellAt(cell) === "S");
const goal: number = cells.findIndex((cell) => cellAt(cell) === "G");
/** Cells from which there is somewhere to go. */
export const open: readonly number[] = cells.filter((cell) => "S.".includes(cellAt(cell)));

export interface Move {
  readonly cell: number;
  /** 1 at the goal, −1 in the pit, else 0. */
  readonly reward: number;
  /** The goal and the pit end an episode. */
  readonly ends: boolean;
}

/** Goes one cell in the direction of `arrows[action]`; a wall stops it where it is. */
export function move(cell: number, action: number): Move {
  const [down, right] = steps[action] as (typeof steps)[number];
  const [row, column] = [Math.floor(cell / columns) + down, (cell % columns) + right];
  const there = at(row, column);
  const next = there === "#" ? cell : row * columns + column;
  const reward = there === "G" ? 1 : there === "X" ? -1 : 0;
  return { cell: next, reward, ends: reward !== 0 };
}

/**
 * Moves that the shortest way from each cell to the goal takes, without falling in; found by
 * breadth-first search.
 */
export function shortest(): Map<number, number> {
  const distance = new Map([[goal, 0]]);
  for (const [to, moves] of distance) {
    for (const from of open) {
      const leads = arrows.some((_, action) => move(from, action).cell === to);
      if (leads && !distance.has(from)) distance.set(from, moves + 1);
    }
  }
  return distance;
}

/**
 * Moves until the goal if each cell's action is `policy(cell)`; infinite in the pit, or in a
 * circle.
 */
export function follow(from: number, policy: (cell: number) => number): number {
  let cell = from;
  for (let moves = 1; moves <= 1000; moves++) {
    const { cell: next, reward, ends } = move(cell, policy(cell));
    if (ends) return reward > 0 ? moves : Number.POSITIVE_INFINITY;
    cell = next;
  }
  return Number.POSITIVE_INFINITY;
}
