import { isOnto, ownOfContract, ownOfReduce, ranksOf, reducedDims } from "@wgrad/autograd/plugin";
import { OnnxError } from "../error.ts";
import { type Pair, pairs } from "./dims.ts";
import type { Exporter } from "./exporter.ts";
import { dimsOf, type NodePair } from "./nodes.ts";
import { reshaped, type ViewPair, type Written } from "./views.ts";

interface Windows {
  readonly counts: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

function windowsOf(own: readonly number[], rank: number): Windows {
  const part = (i: number) => own.slice(i * rank, (i + 1) * rank);
  return { counts: part(0), kernel: part(1), stride: part(2), dilation: part(3) };
}

/**
 * The image that windows cover, with the size that they reach. `lead` are the strides before the
 * axes, `inside` those of a window's elements and `apart` those between windows; where one of them
 * has size 1, the other one gives the stride.
 */
function imageView(
  lead: readonly number[],
  shape: readonly number[],
  [inside, apart]: readonly [readonly number[], readonly number[]],
  offset: number,
  { counts, kernel, stride, dilation }: Windows,
): NonNullable<ViewPair>[0] {
  const reach = counts.map((count, d) => {
    const [by, wide] = [stride[d] as number, dilation[d] as number];
    return (count - 1) * by + wide * ((kernel[d] as number) - 1) + 1;
  });
  const strides = counts.map((_, d) =>
    kernel[d] === 1
      ? (apart[d] as number) / (stride[d] as number)
      : (inside[d] as number) / (dilation[d] as number),
  );
  return { shape: [...shape, ...reach], strides: [...lead, ...strides], offset };
}

/** x: [N, G·C, …], read as windows [N, G, C, k…, w…]; weight: [G·O, C, k…]. */
export function conv(exporter: Exporter, pair: NodePair): Written {
  const { writer } = exporter;
  const [{ attrs }] = pair;
  const [, , rank] = ranksOf(attrs);
  const [group = 1, ...over] = ownOfContract(attrs);
  const windows = windowsOf(over, rank);
  const margins = over.slice(4 * rank);
  const weightViews = exporter.inputViews(pair, 0) as NonNullable<ViewPair>;
  const [a, b] = weightViews.map(({ shape, strides, offset }) => ({
    ...{ shape: shape.slice(1), strides: strides.slice(1), offset },
  })) as unknown as NonNullable<ViewPair>;
  const split = exporter.seen(exporter.inputPair(pair, 0), [a, b], false);
  const [g, o, ...filter] = split.dims as [Pair, Pair, ...Pair[]];
  const weight = reshaped(writer, split, [[g[0] * o[0], g[1] * o[1]], ...filter]);
  const around = marginsOf(exporter, pair, margins);
  const image = around ?? readImage(exporter, pair, rank, windows);
  const pads =
    around === null
      ? {}
      : {
          pads: [0, 1].flatMap((end) =>
            windows.kernel.map((_, d) => margins[2 * d + end] as number),
          ),
        };
  const name = writer.add("Conv", [image.name, weight.name], {
    ...{ group, kernel_shape: windows.kernel, strides: windows.stride },
    ...{ dilations: windows.dilation, ...pads },
  });
  const [n, , , ...seen] = dimsOf(pair);
  const filters: Pair = [g[0] * o[0], g[1] * o[1]];
  return { name, dims: [n as Pair, filters, ...seen] };
}

/** The operand before zero padding that only the convolution uses, if there is such padding. */
function marginsOf(exporter: Exporter, pair: NodePair, margins: readonly number[]): Written | null {
  const inner = exporter.inputPair(pair, 1);
  const [node] = inner;
  const isPadding = node.op.name === "assemble" && !isOnto(node.attrs) && node.inputs.length === 1;
  if (!isPadding || margins.every((size) => size === 0)) return null;
  const x = exporter.input(inner, 0);
  const lead = x.dims.length - margins.length / 2;
  const fits = x.dims
    .slice(lead)
    .every(
      ([size], d) =>
        size + (margins[2 * d] as number) + (margins[2 * d + 1] as number) === node.shape[lead + d],
    );
  return fits ? x : null;
}

function readImage(exporter: Exporter, pair: NodePair, rank: number, windows: Windows): Written {
  const views = exporter.inputViews(pair, 1) as NonNullable<ViewPair>;
  const seen = views.map(({ shape, strides, offset }) => {
    const [n, g, c] = shape as [number, number, number];
    const lead = [strides[0] as number, strides[2] as number];
    if (g > 1 && c > 1 && strides[1] !== c * (strides[2] as number)) {
      throw new OnnxError(
        "exportOnnx: a convolution over channels that are not adjacent is not supported",
      );
    }
    if (c === 1) lead[1] = strides[1] as number;
    const axes = [strides.slice(3, 3 + rank), strides.slice(3 + rank)] as const;
    return imageView(lead, [n, g * c], axes, offset, windows);
  }) as unknown as NonNullable<ViewPair>;
  return exporter.seen(exporter.inputPair(pair, 1), seen, false);
}

/** The maximum of each window. x is read as [N, C, w…, k…]. */
export function maxPool(exporter: Exporter, pair: NodePair): Written {
  const [{ attrs }] = pair;
  const rank = reducedDims(attrs);
  const windows = windowsOf(ownOfReduce(attrs), rank);
  const views = exporter.inputViews(pair, 0) as NonNullable<ViewPair>;
  const seen = views.map(({ shape, strides, offset }) => {
    const before = shape.length - 2 * rank;
    const axes = [strides.slice(before + rank), strides.slice(before, before + rank)] as const;
    return imageView(strides.slice(0, before), shape.slice(0, before), axes, offset, windows);
  }) as unknown as NonNullable<ViewPair>;
  const image = exporter.seen(exporter.inputPair(pair, 0), seen, false);
  const lead = image.dims.length - rank;
  const flat = lead === 2 ? image : reshaped(exporter.writer, image, leading(image.dims, lead));
  const name = exporter.writer.add("MaxPool", [flat.name], {
    ...{ kernel_shape: windows.kernel, strides: windows.stride, dilations: windows.dilation },
  });
  const out = pairs(windows.counts, windows.counts);
  const dims = [...flat.dims.slice(0, 2), ...out];
  return reshaped(exporter.writer, { name, dims }, dimsOf(pair));
}

const leading = (dims: Written["dims"], lead: number): Pair[] => {
  const [a, b] = dims
    .slice(0, lead)
    .reduce(([x, y], [p, q]): Pair => [x * p, y * q], [1, 1] as Pair);
  return [[a, b], [1, 1], ...dims.slice(lead)];
};
