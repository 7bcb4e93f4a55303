import type { Node } from "./node.ts";

/** Storage of a persistent cell: one buffer for as long as the cell or its successor lives. */
export interface Home {
  readonly buffer: object;
  /** Whose it is now. */
  cell: Cell;
  /** Stands for the storage in plan keys: plans are bound to it. */
  readonly id: number;
}

/**
 * The variable that handles name; an in-place operation binds it to another node. Aliases
 * (`detach()`, views) share it. A persistent cell (parameter, buffer, optimizer state, `.grad`)
 * owns the storage of its values.
 */
export class Cell {
  node: Node;
  persistent = false;
  /** The value in storage while a rebinding waits for the flush. */
  previous: Node | null = null;
  home: Home | null = null;
  /** Counts rebindings. */
  version = 0;
  /** The cell of an in-place result: the one that was written, and the version it had then. */
  writtenTo: Cell | null = null;
  writtenAs = 0;
  /** Who wrote last, for messages. */
  writer = "";
  /** Id of its first value: what was made later is younger. */
  readonly born: number;

  constructor(node: Node) {
    this.node = node;
    this.born = node.id;
  }

  /** Whether anything was written to it since it had this version. */
  changedSince(version: number): boolean {
    const { writtenTo } = this;
    return this.version !== version || writtenTo?.changedSince(this.writtenAs) === true;
  }
}
