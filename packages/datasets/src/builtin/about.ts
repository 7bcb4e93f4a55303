import type { Table } from "../table/table.ts";

/** Description, source and licence of a data set. */
export interface About {
  readonly title: string;
  /** What was measured and by whom, and what to know before use. */
  readonly description: string;
  /** Meaning and unit of each column, by name. */
  readonly columns: Readonly<Record<string, string>>;
  readonly source: string;
  readonly licence: string;
}

/** A table with its description. */
export interface DescribedTable {
  readonly about: About;
  readonly table: Table;
}
