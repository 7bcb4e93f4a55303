/** Columns of a vendored file by name; the cells of a column are separated by spaces. */
export type JsonColumns = Readonly<Record<string, string>>;
