/**
 * Votes of the machines for each class, and the sums of their values: [rows, classes], flat. The
 * flag decides whether a value of 0 counts for the first class.
 */
export function countVotes(
  values: ArrayLike<number>,
  classes: number,
  zeroIsFirst: boolean,
): { readonly votes: Float64Array; readonly sums: Float64Array } {
  const pairs = (classes * (classes - 1)) / 2;
  const rows = values.length / pairs;
  const votes = new Float64Array(rows * classes);
  const sums = new Float64Array(rows * classes);
  const add = (to: Float64Array, at: number, value: number): void => {
    to[at] = (to[at] as number) + value;
  };
  for (let row = 0; row < rows; row++) {
    let pair = row * pairs;
    for (let a = 0; a < classes; a++) {
      for (let b = a + 1; b < classes; b++) {
        const value = values[pair++] as number;
        add(sums, row * classes + a, value);
        add(sums, row * classes + b, -value);
        add(votes, row * classes + (value > 0 || (value === 0 && zeroIsFirst) ? a : b), 1);
      }
    }
  }
  return { votes, sums };
}

/** The class with most votes of each row; of equal ones the lowest. */
export function winners(votes: Float64Array, classes: Int32Array): Int32Array {
  const width = classes.length;
  return Int32Array.from({ length: votes.length / width }, (_, row) => {
    const own = votes.subarray(row * width, (row + 1) * width);
    return classes[own.indexOf(Math.max(...own))] as number;
  });
}
