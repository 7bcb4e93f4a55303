import type { DType, TypedArray } from "../dtype.ts";
import type { Attributes } from "../graph/attributes.ts";
import type { Handle } from "../graph/handle.ts";
import type { Meaning } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";

/** An operation as it was recorded, for what writes graphs in other formats. */
export interface RecordedNode {
  readonly op: { readonly name: string; readonly meaning: { readonly kind: Meaning["kind"] } };
  readonly inputs: readonly RecordedNode[];
  /** How each input is read; null is the input as it stands. */
  readonly views: readonly (View | null)[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
  readonly storage: { readonly host: TypedArray | null } | null;
}

/** What a tensor is a view of. */
export interface Recorded {
  readonly node: RecordedNode;
  readonly view: View | null;
}

/** How a tensor was recorded. What has run already stands without its inputs. */
export const recorded = ({ cell, window }: Handle): Recorded => ({ node: cell.node, view: window });
