import { ArgumentError, maximum, minimum, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/**
 * Intersection over union of every pair of boxes: [N, 4] and [M, 4] of (x1, y1, x2, y2) → [N, M].
 */
export function boxIou(boxes1: Tensor, boxes2: Tensor): Tensor {
  checkCall("boxIou(boxes1: tensor, boxes2: tensor)", arguments);
  const [one, other] = [sides("boxIou", boxes1, 1), sides("boxIou", boxes2, 0)];
  const overlap = (low: 0 | 1): Tensor =>
    minimum(one[low + 2] as Tensor, other[low + 2] as Tensor)
      .sub(maximum(one[low], other[low]))
      .clamp(0);
  const shared = overlap(0).mul(overlap(1));
  return shared.div(areaOf(one).add(areaOf(other)).sub(shared));
}

/**
 * Non-maximum suppression: keeps the box with the highest score, then repeatedly the next one whose
 * IoU with all kept boxes is at most `iouThreshold`. Returns indices of the kept boxes, best first,
 * i32. Reads boxes and scores.
 */
export async function nms(boxes: Tensor, scores: Tensor, iouThreshold: number): Promise<Tensor> {
  checkCall("nms(boxes: tensor, scores: tensor, iouThreshold: number)", arguments);
  checkBoxes("nms", boxes);
  const count = boxes.shape[0] as number;
  if (scores.shape.length !== 1 || scores.shape[0] !== count) {
    throw new ShapeError(
      `nms: scores have shape [${scores.shape.join(", ")}], but there are ${count} boxes\n  hint: pass one score per box`,
    );
  }
  if (Number.isNaN(iouThreshold)) throw new ArgumentError("nms: iouThreshold is NaN");
  const [corners, values] = await Promise.all([boxes.to("f32").data(), scores.to("f32").data()]);
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => (values[b] as number) - (values[a] as number),
  );
  const kept: number[] = [];
  for (const i of order) {
    if (kept.every((k) => !(iouOf(corners as Float32Array, k, i) > iouThreshold))) kept.push(i);
  }
  return tensor(Int32Array.from(kept));
}

/** IoU of two boxes, computed in f32. */
function iouOf(corners: Float32Array, i: number, j: number): number {
  const f = Math.fround;
  const at = (box: number, k: number): number => corners[4 * box + k] as number;
  const area = (b: number): number => f(f(at(b, 2) - at(b, 0)) * f(at(b, 3) - at(b, 1)));
  const side = (k: 0 | 1): number =>
    Math.max(0, f(Math.min(at(i, k + 2), at(j, k + 2)) - Math.max(at(i, k), at(j, k))));
  const shared = f(side(0) * side(1));
  return f(shared / f(f(area(i) + area(j)) - shared));
}

type Sides = readonly [Tensor, Tensor, Tensor, Tensor];

/** x1, y1, x2, y2 as columns or rows. */
function sides(name: string, boxes: Tensor, dim: 0 | 1): Sides {
  checkBoxes(name, boxes);
  return [0, 1, 2, 3].map((k) => boxes.select(1, k).unsqueeze(dim)) as unknown as Sides;
}

const areaOf = ([left, top, right, bottom]: Sides): Tensor => right.sub(left).mul(bottom.sub(top));

function checkBoxes(name: string, boxes: Tensor): void {
  if (boxes.shape.length === 2 && boxes.shape[1] === 4) return;
  throw new ShapeError(
    `${name}: boxes have shape [${boxes.shape.join(", ")}]\n  hint: pass [boxes, 4]: left, top, right, bottom`,
  );
}
