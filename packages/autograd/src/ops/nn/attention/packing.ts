import { denseLike } from "../../../graph/attention.ts";
import type { View } from "../../../graph/view.ts";
import { type Shape, sameShape, sizeOf } from "../../../shape.ts";
import type { Tensor } from "../../../tensor.ts";

/**
 * The regions of one buffer in which the gradients of operands lie. If some operands are disjoint
 * views
 * that cover one tensor (parts of a joint projection), their gradients have the same views, so that
 * the buffer is that tensor's gradient. Other operands follow one after another, in their own
 * layout.
 * An operand without a shape gets no region.
 */
export function packed(
  operands: readonly Tensor[],
  shapes: readonly (Shape | null)[],
): { shape: Shape; regions: (View | null)[] } {
  const regions: (View | null)[] = operands.map(() => null);
  let size = 0;
  let joined: Shape | null = null;
  operands.forEach((operand, i) => {
    const shape = shapes[i] ?? null;
    if (regions[i] !== null || shape === null) return;
    const joint = [...operands.keys()].filter((j) => operands[j]?.node === operand.node);
    const whole = joint.every((j) => sameShape(shapes[j] ?? [], (operands[j] as Tensor).shape));
    if (whole && tile(joint.map((j) => operands[j] as Tensor))) {
      for (const j of joint) {
        const { shape: own, strides, window } = operands[j] as Tensor;
        regions[j] = { shape: own, strides, offset: size + (window?.offset ?? 0) };
      }
      size += operand.node.size;
      joined = operand.node.shape;
      return;
    }
    regions[i] = { shape, strides: denseLike(shape, stridesOver(operand, shape)), offset: size };
    size += sizeOf(shape);
  });
  const one = joined !== null && size === sizeOf(joined);
  return { shape: one ? (joined as unknown as Shape) : [size], regions };
}

/**
 * Whether views of one tensor, which differ only in their start, cover each of its elements once.
 */
function tile(parts: readonly Tensor[]): boolean {
  const [{ node, shape, strides }, ...others] = parts as [Tensor, ...Tensor[]];
  const alike = others.every((x) => sameShape(x.shape, shape) && sameShape(x.strides, strides));
  const starts = parts.map((x) => x.window?.offset ?? 0).sort((a, b) => a - b);
  const apart = (starts[1] ?? 0) - (starts[0] as number);
  const even = starts.every((start, i) => start === i * apart);
  if (!alike || !even) return false;
  const axes = [[parts.length, apart] as const, ...shape.map((n, d) => [n, strides[d]] as const)];
  let covered = 1;
  const inOrder = axes
    .filter(([n]) => n !== 1)
    .sort(([, a], [, b]) => (a as number) - (b as number))
    .every(([n, stride]) => {
      const fits = stride === covered;
      covered *= n;
      return fits;
    });
  return inOrder && covered === node.size;
}

/** The strides of an operand over the dimensions of `shape`: 0 where it is repeated. */
function stridesOver({ shape: own, strides }: Tensor, shape: Shape): number[] {
  const lead = shape.length - own.length;
  return shape.map((n, d) =>
    d < lead || (own[d - lead] === 1 && n !== 1) ? 0 : (strides[d - lead] as number),
  );
}
