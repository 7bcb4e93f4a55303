import { Handle } from "../../graph/handle.ts";
import { NamedResults } from "../../results.ts";
import type { Tensor } from "../../tensor.ts";

/** A tensor, or nested arrays and plain objects of tensors. */
export type Tree = unknown;

// biome-ignore lint/suspicious/noExplicitAny: a function of anything
export type AnyFunction = (...args: any[]) => any;

/** Whether a leaf is a tensor. */
export const isTensor = (value: unknown): value is Tensor => value instanceof Handle;

/** A container of the tree: an array, a plain object, or a named result. */
function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return true;
  if (value === null || typeof value !== "object" || value instanceof Handle) return false;
  const above: unknown = Object.getPrototypeOf(value);
  return above === Object.prototype || above === null || value instanceof NamedResults;
}

/** The same tree with each leaf replaced by `fn` of it. */
export function mapTree(tree: Tree, change: (leaf: unknown) => unknown): Tree {
  if (!isBranch(tree)) return change(tree);
  if (Array.isArray(tree)) return tree.map((item) => mapTree(item, change));
  const copy = Object.create(Object.getPrototypeOf(tree)) as Record<string, unknown>;
  for (const [key, value] of Object.entries(tree)) copy[key] = mapTree(value, change);
  return copy;
}

/** The leaves in order. */
export function leavesOf(tree: Tree): unknown[] {
  return isBranch(tree) ? Object.values(tree).flatMap(leavesOf) : [tree];
}

/** The tree with these leaves in place of its own, in order. */
export function withLeaves(tree: Tree, leaves: readonly unknown[]): Tree {
  const rest = leaves.values();
  return mapTree(tree, () => rest.next().value);
}

/**
 * One value per leaf of the tree, from one value per subtree, or a tree of the same structure. Null
 * if
 * the structures differ.
 */
export function spreadOver<T>(
  tree: Tree,
  settings: unknown,
  isSetting: (value: unknown) => value is T,
): T[] | null {
  if (isSetting(settings)) return leavesOf(tree).map(() => settings);
  if (!isBranch(settings) || !isBranch(tree)) return null;
  const keys = Object.keys(tree);
  if (Object.keys(settings).length !== keys.length) return null;
  if (Array.isArray(tree) !== Array.isArray(settings)) return null;
  const found: T[] = [];
  for (const key of keys) {
    if (!(key in settings)) return null;
    const below = spreadOver(tree[key], settings[key], isSetting);
    if (below === null) return null;
    found.push(...below);
  }
  return found;
}

/** The path of each leaf, for messages: `[0].weight`. */
export function pathsOf(tree: Tree, path = ""): string[] {
  if (!isBranch(tree)) return [path];
  const step = (key: string): string => (Array.isArray(tree) ? `[${key}]` : `.${key}`);
  return Object.entries(tree).flatMap(([key, value]) => pathsOf(value, path + step(key)));
}
