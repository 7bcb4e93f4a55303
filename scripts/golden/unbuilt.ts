/** Cases that are left out, by `group/id`, each with its reason. */
export const skips: Readonly<Record<string, string>> = {};

/**
 * PyTorch's names that this library has no counterpart of yet. Only a name that is missing is looked up here: what gets
 * built runs at once, and its entry is then reported as stale.
 */
export const unbuiltNames: ReadonlySet<string> = new Set();

/** Namespaces of which nothing is mapped yet: scikit-learn's closed forms. */
const unbuiltNamespaces: readonly string[] = ["sklearn."];

/** Whether a missing name is known to be missing. */
export function isUnbuilt(name: string): boolean {
  return unbuiltNames.has(name) || unbuiltNamespaces.some((scope) => name.startsWith(scope));
}
