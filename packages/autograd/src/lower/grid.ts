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
