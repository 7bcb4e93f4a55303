import { LimitError } from "../errors.ts";
import type { Grid } from "../kernel/loops.ts";

/** Threads of a workgroup that a grid wants; undefined if any number will do. */
export const sizeOfGroup = (grid: Grid): number | undefined =>
  grid.kind === "items" ? undefined : grid.size;

/** How many workgroups of this size a grid has. */
export function groupsOf(grid: Grid, size: number): number {
  switch (grid.kind) {
    case "groups":
      return grid.groups;
    case "threads":
      return Math.ceil(grid.threads / size);
    case "items": {
      // a thread takes up to eight
      const all = Math.ceil(grid.items / size);
      return Math.min(all, Math.max(1024, Math.ceil(all / 8)));
    }
  }
}

/** How many threads have work. */
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

/** Workgroups in two dimensions, of which each holds at most so many. */
export function fold(groups: number, most: number): readonly [x: number, y: number] {
  const y = Math.max(1, Math.ceil(groups / most));
  if (y > most) {
    throw new LimitError(
      `${groups} workgroups in one kernel; the adapter's maxComputeWorkgroupsPerDimension is ${most}` +
        "\n  hint: work on smaller tensors",
    );
  }
  return [Math.ceil(groups / y), y];
}
