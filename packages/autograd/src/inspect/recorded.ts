import type { DType, TypedArray } from "../dtype.ts";
import type { Attributes } from "../graph/attributes.ts";
import type { Handle } from "../graph/handle.ts";
import type { Meaning } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";

/** A recorded operation, for exporters of graphs. */
export interface RecordedNode {
  readonly op: { readonly name: string; readonly meaning: { readonly kind: Meaning["kind"] } };
  readonly inputs: readonly RecordedNode[];
  /** The view through which each input is read; null if it is read as it is. */
  readonly views: readonly (View | null)[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
  readonly storage: { readonly host: TypedArray | null } | null;
}

/** The tensor that a view is a view of. */
export interface Recorded {
  readonly node: RecordedNode;
  readonly view: View | null;
}

/** How a tensor was recorded. A node that has already run has no inputs. */
export const recorded = ({ cell, window }: Handle): Recorded => ({ node: cell.node, view: window });
