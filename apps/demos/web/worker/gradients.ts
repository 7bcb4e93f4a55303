import { stack, type Tensor } from "@wgrad/autograd";
import type { LayerGradient } from "../session/protocol.ts";
import { floats } from "./numbers.ts";
import type { AnyModule } from "./run.ts";

/** How long the gradient of each layer is that has one: ‖g‖₂ over all its parameters. */
export async function gradientsOf(model: AnyModule | null): Promise<LayerGradient[]> {
  const layers: string[] = [];
  const gradients: Tensor[] = [];
  for (const [name, { grad }] of model?.namedParameters() ?? []) {
    if (grad === null || grad === undefined) continue;
    layers.push(name.split(".").slice(0, -1).join(".") || name);
    gradients.push(grad);
  }
  if (gradients.length === 0) return [];
  const squares = await floats(() => stack(gradients.map((each) => each.square().sum())));
  const sums = new Map<string, number>();
  layers.forEach((layer, i) => {
    sums.set(layer, (sums.get(layer) ?? 0) + (squares[i] as number));
  });
  return Array.from(sums, ([layer, sum]) => ({ layer, norm: Math.sqrt(sum) }));
}
