import { damaged } from "../estimator/state.ts";
import { type Tree, verifyTree } from "./tree.ts";

/** Several trees in one set of arrays, to be saved; each array concatenates those of the trees. */
export interface PackedTrees extends Tree {
  /** Index of the first node of each tree, and the end of the last tree. */
  readonly offsets: Int32Array;
}

const names = [
  "feature",
  "threshold",
  "left",
  "right",
  "missingLeft",
  "impurity",
  "samples",
  "weight",
  "value",
] as const;

/** Concatenates trees into one set of arrays. */
export function packTrees(trees: readonly Tree[]): PackedTrees {
  const offsets = new Int32Array(trees.length + 1);
  trees.forEach(({ left }, t) => {
    offsets[t + 1] = (offsets[t] as number) + left.length;
  });
  const nodes = offsets[trees.length] as number;
  const width = trees[0]?.width ?? 1;
  const joined = names.map((name) => {
    const arrays = trees.map((tree) => tree[name]);
    const Type = (arrays[0] ?? new Int32Array()).constructor as new (length: number) => Int32Array;
    const out = new Type(name === "value" ? nodes * width : nodes);
    let at = 0;
    for (const array of arrays) {
      out.set(array as Int32Array, at);
      at += array.length;
    }
    return [name, out] as const;
  });
  return { ...Object.fromEntries(joined), width, offsets } as unknown as PackedTrees;
}

/**
 * Splits the arrays into trees again. Throws ArgumentError unless they are trees over this number
 * of features.
 */
export function unpackTrees(type: string, packed: PackedTrees, features: number): Tree[] {
  const { offsets, width } = packed ?? {};
  const rising = offsets?.every((offset, t) => t === 0 || offset > (offsets[t - 1] as number));
  if (offsets === undefined || !rising || offsets.at(-1) !== packed.left?.length) {
    throw damaged(type, "its trees have different lengths");
  }
  return Array.from({ length: offsets.length - 1 }, (_, t) => {
    const [start, end] = [offsets[t] as number, offsets[t + 1] as number];
    const parts = names.map((name) => {
      const times = name === "value" ? width : 1;
      return [name, packed[name]?.slice(start * times, end * times)] as const;
    });
    const tree = { ...Object.fromEntries(parts), width } as unknown as Tree;
    verifyTree(type, tree, features);
    return tree;
  });
}
