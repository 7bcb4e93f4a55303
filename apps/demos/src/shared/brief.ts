/** Characters of a user's name that there is room for beside a chart or over a column. */
const MOST = 28;

/** A name as it is, or its beginning where it is long. */
export const brief = (name: string): string =>
  name.length > MOST ? `${name.slice(0, MOST - 1).trimEnd()}…` : name;
