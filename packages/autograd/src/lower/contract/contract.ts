import type { Kernel, KernelStep } from "../../devices/device.ts";
import { e } from "../../kernel/expression.ts";
import type { Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { Lowering } from "../lowering.ts";
import type { Target } from "../target.ts";
import { type Product, productOf, sumType } from "./product.ts";
import { multiplyInRegisters } from "./registers.ts";
import { type Extent, type Tiling, tilings } from "./tilings.ts";

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…] with any strides, so transposes,
 * broadcasts and windows are not copied. If outputs are few and k is long, the sums are cut into
 * parts, which a second dispatch adds in order.
 */
export function lowerContract(
  kernel: Kernel,
  step: KernelStep,
  target: Target,
): { stages: Loops[]; scratch: number[] } {
  const product = cutProduct(kernel, step, target);
  const { batch, m, n, parts, tiling } = product;
  const outputs = sizeOf([...batch, ...m, ...n]);
  if (outputs === 0) return { stages: [], scratch: [] };
  const form = formOf(tiling.kind, target);
  const stages = [form(new Lowering(kernel), step, product, target)];
  if (parts === 1) return { stages, scratch: [] };
  stages.push(addParts(new Lowering(kernel), step, product, outputs));
  return { stages, scratch: [outputs * parts * 4] };
}

type Form = NonNullable<Target["multiply"]>["tiled"];

function formOf(kind: Tiling["kind"], { processor, multiply }: Target): Form {
  const forms: Partial<Record<Tiling["kind"], Form>> = { ...multiply, ...processor?.multiply };
  const form = kind === "registers" ? multiplyInRegisters : forms[kind];
  if (form === undefined) throw new Error(`contract: this device has no lowering for "${kind}"`);
  return form;
}

/** The product, tiled for the target. */
function cutProduct(kernel: Kernel, step: KernelStep, target: Target): Product {
  const { processor, tiling, tuned } = target;
  if (processor === undefined) {
    const forced = tiling ?? (tuned && ((extent: Extent) => tuned(kernel, step, extent)));
    return productOf(kernel, step, target.gpu?.tilings ?? tilings.software, forced);
  }
  const plain = productOf(kernel, step, tilings.processor);
  const inLanes = processor.tilingOf(plain);
  return inLanes === null ? plain : productOf(kernel, step, tilings.processor, inLanes);
}

function addParts(lowering: Lowering, step: KernelStep, product: Product, outputs: number): Loops {
  const { b } = lowering;
  const type = sumType(step);
  const sum = b.var(e.constant(0, type));
  b.for(e.u32(0), e.size(product.parts), 1, (part) => {
    const at = e.add(e.mul(part, e.size(outputs)), e.thread);
    b.set(sum, e.add(sum, e.load({ scratch: 0 }, type, at)));
  });
  lowering.storeOne(step, e.cast(sum, step.dtype), e.thread);
  return { grid: { kind: "threads", threads: outputs }, body: b.statements };
}
