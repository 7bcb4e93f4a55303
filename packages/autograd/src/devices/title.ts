import type { Kernel, KernelStep } from "./device.ts";

/** A kernel's name in messages: its operations, and the shape and dtype of its last output. */
export function titleOf({ steps, parts }: Kernel): string {
  const all = [steps, ...parts.map((part) => part.steps)].flat();
  const names = [...new Set(all.map(({ op }) => op.name))];
  const { shape, dtype } = all.at(-1) as KernelStep;
  return `'${names.join("', '")}' [${shape.join(", ")}] ${dtype}`;
}
