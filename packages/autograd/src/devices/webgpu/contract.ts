import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelStep } from "../device.ts";
import { selection } from "./contract/forms.ts";
import { type Product, productOf } from "./contract/product.ts";
import { multiplyInRegisters } from "./contract/registers.ts";
import { sumType } from "./contract/store.ts";
import { multiplyInTiles } from "./contract/tiled.ts";
import { multiplyByVector } from "./contract/vector.ts";
import { Shader, type ShaderLimits, type Stage } from "./shader.ts";
import type { Words } from "./words.ts";

const multiply = {
  registers: multiplyInRegisters,
  tiled: multiplyInTiles,
  vector: multiplyByVector,
};

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…] with any strides, so that transposes, broadcasts and windows
 * are never made. In the form that the table has for such a product on such an adapter. Where there are few outputs and many k,
 * these are cut into parts whose sums a second dispatch adds, in order.
 */
export function contractStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const adapters = limits.software ? selection.software : selection.gpu;
  const product = productOf(kernel, step, adapters, limits.form);
  const { batch, m, n, parts, form } = product;
  const outputs = sizeOf([...batch, ...m, ...n]);
  if (outputs === 0) return { stages: [], scratch: [] };
  const stages = [multiply[form.kind](new Shader(kernel, words), step, product, limits)];
  if (parts === 1) return { stages, scratch: [] };
  stages.push(addParts(new Shader(kernel, words), step, product, outputs, limits));
  return { stages, scratch: [outputs * parts * 4] };
}

function addParts(
  shader: Shader,
  step: KernelStep,
  product: Product,
  outputs: number,
  limits: ShaderLimits,
): Stage {
  const { text, words } = shader;
  const type = sumType(step);
  return shader.perThread(outputs, limits, () => {
    const scratch = shader.bind({ scratch: 0 }, type, false);
    text.line(`var sum = ${type}(0);`);
    text.block(`for (var part = 0u; part < ${words.number(product.parts)}; part++)`, () => {
      text.line(`sum += ${scratch}[part * ${words.number(outputs)} + thread];`);
    });
    shader.storeOne(step, { text: "sum", lanes: 1 }, { text: "thread", lanes: 1 });
  });
}
