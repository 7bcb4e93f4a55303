import { clamp, type Tensor } from "@wgrad/autograd";
import type { Operator } from "../operator.ts";

interface Settings {
  readonly padding: string;
  readonly aligned: boolean;
}

/** Where −1 to 1 stands on an axis. */
const unnormalised = (x: Tensor, size: number, { aligned }: Settings): Tensor =>
  aligned ? x.add(1).mul((size - 1) / 2) : x.add(1).mul(size).sub(1).div(2);

/** A place as it is, at the border, or reflected there. */
function bounded(x: Tensor, size: number, { padding, aligned }: Settings): Tensor {
  if (padding === "zeros") return x;
  if (padding === "border") return clamp(x, 0, size - 1);
  const low = aligned ? 0 : -0.5;
  const span = aligned ? size - 1 : size;
  if (span === 0) return x.mul(0);
  const from = x.sub(low).remainder(2 * span);
  const back = from.minimum(from.neg().add(2 * span)).add(low);
  return clamp(back, 0, size - 1);
}

/** The pixels at whole places; outside of the image 0. image: [N, C, H W]; places: [N, P] → [N, C, P]. */
function pixels(image: Tensor, [height, width]: [number, number], y: Tensor, x: Tensor): Tensor {
  const inside = x
    .ge(0)
    .logicalAnd(x.le(width - 1))
    .logicalAnd(y.ge(0))
    .logicalAnd(y.le(height - 1));
  const at = clamp(y, 0, height - 1)
    .mul(width)
    .add(clamp(x, 0, width - 1))
    .to("i32");
  const [batch, channels] = image.shape as [number, number];
  const index = at.unsqueeze(1).expand([batch, channels, at.shape[1] as number]);
  return image.gather(2, index).mul(inside.unsqueeze(1).to(image.dtype));
}

/** Weights of the four neighbours of a place, by Keys' cubic kernel with a = −0.75. */
function cubicWeights(t: Tensor): Tensor[] {
  const a = -0.75;
  const near = (d: Tensor): Tensor =>
    d
      .mul(a + 2)
      .sub(a + 3)
      .mul(d)
      .mul(d)
      .add(1);
  const far = (d: Tensor): Tensor =>
    d
      .mul(a)
      .sub(5 * a)
      .mul(d)
      .add(8 * a)
      .mul(d)
      .sub(4 * a);
  const rest = t.neg().add(1);
  return [far(t.add(1)), near(t), near(rest), far(rest.add(1))];
}

/** Samples of images at the places of a grid of x and y from −1 to 1. x: [N, C, H, W]; grid: [N, h, w, 2] → [N, C, h, w]. */
export const gridSample: Operator = {
  inputs: [2, 2],
  attributes: {
    align_corners: [0, 1],
    mode: ["bilinear", "linear", "nearest", "bicubic", "cubic"],
    padding_mode: ["zeros", "border", "reflection"],
  },
  run(call) {
    const [image, grid] = [call.x(0), call.x(1)];
    const [batch, channels, height, width] = image.shape as [number, number, number, number];
    const out = grid.shape.slice(1, 3);
    const settings: Settings = {
      padding: call.string("padding_mode", "zeros"),
      aligned: call.number("align_corners", 0) === 1,
    };
    const mode = call.string("mode", "bilinear");
    const flat = image.reshape([batch, channels, height * width]);
    const places = grid.reshape([batch, -1, 2]);
    const x = unnormalised(places.select(2, 0), width, settings);
    const y = unnormalised(places.select(2, 1), height, settings);
    const at = (row: Tensor, column: Tensor): Tensor =>
      pixels(
        flat,
        [height, width],
        bounded(row, height, settings),
        bounded(column, width, settings),
      );
    const back = (z: Tensor): Tensor => z.reshape([batch, channels, ...out]);
    const inside = (z: Tensor, size: number): Tensor => bounded(z, size, settings);
    if (mode === "nearest") {
      return back(
        pixels(flat, [height, width], inside(y, height).round(), inside(x, width).round()),
      );
    }
    if (mode.endsWith("linear")) {
      const [row, column] = [inside(y, height), inside(x, width)];
      return back(
        blend(
          [row, column],
          [0, 1],
          (t) => [t.neg().add(1), t],
          (r, c) => pixels(flat, [height, width], r, c),
        ),
      );
    }
    return back(blend([y, x], [-1, 0, 1, 2], cubicWeights, at));
  },
};

/** Σ over neighbours of weight times pixel. */
function blend(
  [y, x]: [Tensor, Tensor],
  offsets: readonly number[],
  weightsOf: (t: Tensor) => Tensor[],
  at: (row: Tensor, column: Tensor) => Tensor,
): Tensor {
  const [top, left] = [y.floor(), x.floor()];
  const [rows, columns] = [weightsOf(y.sub(top)), weightsOf(x.sub(left))];
  const parts = offsets.flatMap((dy, i) =>
    offsets.map((dx, j) => {
      const weight = (rows[i] as Tensor).mul(columns[j] as Tensor).unsqueeze(1);
      return at(top.add(dy), left.add(dx)).mul(weight);
    }),
  );
  return parts.reduce((sum, part) => sum.add(part));
}
