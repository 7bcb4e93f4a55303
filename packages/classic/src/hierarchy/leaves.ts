import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Linkage, MERGES, type Merge } from "./merge.ts";
import { pairPlace } from "./pairs.ts";

/** The order of the children of a merge. */
export interface OrderOptions {
  /** Orders children by their number of rows. */
  readonly countSort?: "ascending" | "descending" | false;
  /** Orders children by their height. */
  readonly distanceSort?: "ascending" | "descending" | false;
}

/** The children of each merge, in order. */
function ordered(merges: Linkage, { countSort, distanceSort }: OrderOptions): [number, number][] {
  if (countSort && distanceSort) {
    throw new ArgumentError(
      "dendrogram: countSort and distanceSort cannot be combined\n  hint: use one of them",
    );
  }
  const rows = merges.length + 1;
  const keyOf = (node: number): number => {
    const merge = merges[node - rows];
    return countSort ? (merge?.count ?? 1) : (merge?.distance ?? 0);
  };
  const order = countSort || distanceSort;
  return merges.map(({ left, right }) => {
    if (!order) return [left, right];
    const isFalling = keyOf(left) > keyOf(right);
    return isFalling === (order === "ascending") ? [right, left] : [left, right];
  });
}

/** Rows in the order of the tree, from left to right, like scipy's `leaves_list`. */
export function leavesList(merges: Linkage, options: OrderOptions = {}): Int32Array {
  checkCall(`leavesList(merges: ${MERGES}, { countSort, distanceSort })`, arguments);
  return inOrder(ordered(merges, options));
}

function inOrder(children: readonly (readonly [number, number])[]): Int32Array {
  const rows = children.length + 1;
  const leaves: number[] = [];
  const open = [2 * rows - 2];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < rows) leaves.push(node);
    else {
      const [left, right] = children[node - rows] as [number, number];
      open.push(right, left);
    }
  }
  return Int32Array.from(leaves);
}

/** The drawing of a tree: each merge is a bracket over its children. */
export interface Dendrogram {
  /** Rows from left to right, at x = 5, 15, 25, …. */
  readonly leaves: Int32Array;
  /** The bracket of each merge: positions and heights of its children, and its own height. */
  readonly brackets: readonly Bracket[];
}

/** A line up from the left child, across, and down to the right child. */
export interface Bracket {
  readonly x: readonly [left: number, right: number];
  readonly from: readonly [left: number, right: number];
  readonly height: number;
  /** Index of the merge. */
  readonly merge: number;
}

/**
 * Coordinates of the lines of a tree, like scipy's `dendrogram`. Throws ArgumentError if both
 * orders are set.
 */
export function dendrogram(merges: Linkage, options: OrderOptions = {}): Dendrogram {
  checkCall(`dendrogram(merges: ${MERGES}, { countSort, distanceSort })`, arguments);
  const rows = merges.length + 1;
  const children = ordered(merges, options);
  const leaves = inOrder(children);
  const places = new Float64Array(2 * rows - 1);
  leaves.forEach((row, i) => {
    places[row] = 10 * i + 5;
  });
  const heightOf = (node: number): number => merges[node - rows]?.distance ?? 0;
  const brackets = merges.map(({ distance }, merge): Bracket => {
    const [left, right] = children[merge] as [number, number];
    const x = [places[left] as number, places[right] as number] as const;
    places[rows + merge] = (x[0] + x[1]) / 2;
    return { x, from: [heightOf(left), heightOf(right)], height: distance, merge };
  });
  return { leaves, brackets };
}

/**
 * The height at which each pair of rows is merged, in the order of `pdist`, like scipy's
 * `cophenet`.
 */
export function cophenet(merges: Linkage): Float64Array {
  checkCall(`cophenet(merges: ${MERGES})`, arguments);
  const rows = merges.length + 1;
  const out = new Float64Array((rows * (rows - 1)) / 2);
  const members: number[][] = Array.from({ length: rows }, (_, row) => [row]);
  for (const { left, right, distance } of merges as readonly Merge[]) {
    const [a, b] = [members[left] as number[], members[right] as number[]];
    for (const x of a) for (const y of b) out[pairPlace(rows, x, y)] = distance;
    members.push([...a, ...b]);
  }
  return out;
}
