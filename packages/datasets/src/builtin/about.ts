import type { Table } from "../table/table.ts";

/** What a data set is, where it comes from, and what one may do with it. */
export interface About {
  readonly title: string;
  /** What was measured, by whom; what to know before using it. */
  readonly description: string;
  /** Column → what it says, with its unit. */
  readonly columns: Readonly<Record<string, string>>;
  readonly source: string;
  readonly licence: string;
}

/** A table, and what it is. */
export interface DescribedTable {
  readonly about: About;
  readonly table: Table;
}
