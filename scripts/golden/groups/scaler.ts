import { full, stack, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { GradScaler, type GradScalerOptions, SGD } from "@wgrad/optim";
import { camelKeys, decodeAll } from "../call.ts";
import type { Run } from "../run.ts";

/** A gradient scaler over steps, of which some have infinite gradients. */
export async function runScaler(run: Run): Promise<void> {
  const { item } = run;
  const scaler = new GradScaler(camelKeys(decodeAll(item.kwargs, new Map())) as GradScalerOptions);
  const { lr } = (item.inner as { kwargs: { lr: number } }).kwargs;
  const w = zeros([2], { requiresGrad: true });
  const optimizer = new SGD([w], { lr });
  const [scales, values]: [number[], Tensor[]] = [[], []];
  for (const infinite of item.found_inf as readonly boolean[]) {
    w.grad = full([2], infinite ? Infinity : scaler.getScale());
    await scaler.step(optimizer);
    scaler.update();
    scales.push(scaler.getScale());
    values.push(w.detach().clone());
  }
  await run.check("scale", tensor(scales));
  await run.check("w", stack(values));
  const { growthTracker = 0 } = scaler.stateDict();
  if (growthTracker !== item.growth_tracker)
    run.fault(`growthTracker is ${growthTracker}, expected ${item.growth_tracker}`);
}
