import type { Tensor } from "@wgrad/autograd";
import { GRU, LSTM, RNN } from "@wgrad/nn";
import type { Exporter } from "./exporter.ts";
import type { Written } from "./views.ts";
import type { AttributeValue } from "./writer.ts";

/**
 * Order of ONNX's gates in terms of PyTorch's: LSTM's i, o, f, c of i, f, g, o; GRU's z, r, h of r,
 * z, n.
 */
const orders = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2], RNN: [0] } as const;

type Recurrent = LSTM | GRU | RNN;

/**
 * Writes a recurrent layer and returns the names of output and states; null for what the operator
 * lacks: projections, and inputs without a batch.
 */
export function writeRecurrent(
  exporter: Exporter,
  layer: Recurrent,
  [input, ...states]: readonly Written[],
): string[] | null {
  const { writer } = exporter;
  const x = input as Written;
  if (x.dims.length !== 3 || layer.projSize > 0) return null;
  const opType = layer instanceof LSTM ? "LSTM" : layer instanceof GRU ? "GRU" : "RNN";
  const directions = layer.bidirectional ? 2 : 1;
  const turned = (name: string): string =>
    layer.batchFirst ? writer.add("Transpose", [name], { perm: [1, 0, 2] }) : name;
  const count = opType === "LSTM" ? 2 : 1;
  const ends: string[][] = Array.from({ length: count }, () => []);
  let y = turned(x.name);
  for (let n = 0; n < layer.numLayers; n++) {
    const sides = layer.bidirectional ? [`L${n}`, `L${n}Reverse`] : [`L${n}`];
    const start = states.map((state) => part(exporter, state.name, n * directions, directions));
    const output = writer.fresh(`${opType.toLowerCase()}_y`);
    const last = ends.map((_, i) => writer.fresh(`${opType.toLowerCase()}_${"hc"[i]}`));
    const weights = weightsOf(exporter, layer, sides, orders[opType]);
    writer.addAll(
      opType,
      [y, ...weights, "", ...start],
      [output, ...last],
      settings(layer, directions),
    );
    ends.forEach((all, i) => {
      all.push(last[i] as string);
    });
    const together = writer.add("Transpose", [output], { perm: [0, 2, 1, 3] });
    y = writer.add("Reshape", [together, writer.ints([0, 0, -1])]);
  }
  const joined = ends.map((all) =>
    all.length === 1 ? (all[0] as string) : writer.add("Concat", all, { axis: 0 }),
  );
  return [turned(y), ...joined];
}

function settings(layer: Recurrent, directions: number): Record<string, AttributeValue> {
  const activation = layer instanceof RNN && layer.nonlinearity === "relu" ? "Relu" : "Tanh";
  return {
    hidden_size: layer.hiddenSize,
    direction: directions === 2 ? "bidirectional" : "forward",
    ...(layer instanceof GRU ? { linear_before_reset: 1 } : {}),
    ...(layer instanceof RNN
      ? { activations: { strings: new Array<string>(directions).fill(activation) } }
      : {}),
  };
}

/** Layers of a state, from `from` on. */
function part(exporter: Exporter, name: string, from: number, count: number): string {
  const { writer } = exporter;
  const bounds = [[from], [from + count], [0]].map((list) => writer.ints(list));
  return writer.add("Slice", [name, ...bounds]);
}

/** W, R and B of all directions, from weights in PyTorch's layout. */
function weightsOf(
  exporter: Exporter,
  layer: Recurrent,
  sides: readonly string[],
  order: readonly number[],
): string[] {
  const { writer } = exporter;
  const hidden = layer.hiddenSize;
  const rows = order.flatMap((gate) => Array.from({ length: hidden }, (_, i) => gate * hidden + i));
  const weight = (name: string): string => {
    const held = exporter.tensor(Reflect.get(layer, name) as Tensor);
    return order.length === 1 ? held : writer.add("Gather", [held, writer.ints(rows)], { axis: 0 });
  };
  const all = (of: (side: string) => string): string => {
    const each = sides.map((side) => writer.add("Unsqueeze", [of(side), writer.ints([0])]));
    return each.length === 1 ? (each[0] as string) : writer.add("Concat", each, { axis: 0 });
  };
  const both = (side: string): string =>
    writer.add("Concat", [weight(`biasIh${side}`), weight(`biasHh${side}`)], { axis: 0 });
  return [
    all((side) => weight(`weightIh${side}`)),
    all((side) => weight(`weightHh${side}`)),
    layer.bias ? all(both) : "",
  ];
}
