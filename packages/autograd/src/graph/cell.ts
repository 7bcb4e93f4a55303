import type { Node } from "./node.ts";

/** Storage of a persistent cell: one buffer, which lives as long as the cell or its successor. */
export interface Home {
  readonly buffer: object;
  /** The cell that owns it now. */
  cell: Cell;
  /** Identifies the storage in plan keys, since plans are bound to buffers. */
  readonly id: number;
}

/**
 * The variable that handles refer to. An in-place operation binds it to another node. Aliases
 * (`detach()`, views) share it. A persistent cell (parameter, buffer, optimizer state, `.grad`) has
 * storage of its own.
 */
export class Cell {
  node: Node;
  persistent = false;
  /** The value that storage still holds while a rebinding waits for the flush. */
  previous: Node | null = null;
  home: Home | null = null;
  /** The number of rebindings. */
  version = 0;
  /** For the cell of an in-place result: the cell that was written, and its version then. */
  writtenTo: Cell | null = null;
  writtenAs = 0;
  /** The name of the last writing operation, for messages. */
  writer = "";
  /** Id of its first value. */
  readonly born: number;

  constructor(node: Node) {
    this.node = node;
    this.born = node.id;
  }

  /** Whether it was written since it had this version. */
  changedSince(version: number): boolean {
    const { writtenTo } = this;
    return this.version !== version || writtenTo?.changedSince(this.writtenAs) === true;
  }
}
