/** The class that most rows of each cluster have. */
export function mainClasses(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): Map<number, number> {
  const counts = new Map<number, number[]>();
  for (let row = 0; row < classes.length; row++) {
    const [cluster, of] = [clusters[row] as number, classes[row] as number];
    const own = counts.get(cluster) ?? [];
    own[of] = (own[of] ?? 0) + 1;
    counts.set(cluster, own);
  }
  const most = (own: readonly number[]): number =>
    own.reduce((best, count, of) => (count > (own[best] ?? 0) ? of : best), 0);
  return new Map(Array.from(counts, ([cluster, own]) => [cluster, most(own)]));
}
