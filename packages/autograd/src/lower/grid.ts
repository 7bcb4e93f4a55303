import { LimitError } from "../errors.ts";
import type { Grid } from "../kernel/loops.ts";

/** The workgroup size that a grid needs; undefined if any will do. */
export const sizeOfGroup = (grid: Grid): number | undefined =>
  grid.kind === "items" ? undefined : grid.size;

/** The number of workgroups of this size that a grid takes. */
export function groupsOf(grid: Grid, size: number): number {
  switch (grid.kind) {
    case "groups":
      return grid.groups;
    case "threads":
      return Math.ceil(grid.threads / size);
    case "items": {
      // a thread takes up to eight items
      const all = Math.ceil(grid.items / size);
      return Math.min(all, Math.max(1024, Math.ceil(all / 8)));
    }
  }
}

/** The number of threads that have work. */
export function threadsOf(grid: Grid): number {
  switch (grid.kind) {
    case "groups":
      return grid.groups * grid.size;
    case "threads":
      return grid.threads;
    case "items":
      return Math.min(grid.items, 64 * groupsOf(grid, 64));
  }
}

/** Arranges workgroups in two dimensions of at most `most` each. Throws LimitError past that. */
export function fold(groups: number, most: number): readonly [x: number, y: number] {
  const y = Math.max(1, Math.ceil(groups / most));
  if (y > most) {
    throw new LimitError(
      `one kernel needs ${groups} workgroups; the adapter's maxComputeWorkgroupsPerDimension is ${most}` +
        "\n  hint: work on smaller tensors",
    );
  }
  return [Math.ceil(groups / y), y];
}
