/** A vendored file: column → its cells, a space between two. */
export type JsonColumns = Readonly<Record<string, string>>;
