import type { BoundKernel, Kernel, KernelStep, Lowered, Program } from "../devices/device.ts";
import { passes } from "../devices/passes.ts";
import { context } from "../graph/context.ts";
import { settled } from "../runtime/init.ts";
import { DeviceStream } from "../runtime/stream.ts";
import { IdleDevice } from "./idle-device.ts";

interface PlannedKernel extends Lowered {
  readonly kernel: Kernel;
}

/** A device that computes nothing, and keeps the kernels that it is asked to run. */
class PlanDevice extends IdleDevice {
  readonly plans: Kernel[][] = [];

  override lower(kernel?: Kernel): Lowered {
    return { kernel, scratch: [], sources: [] } as PlannedKernel;
  }

  override program(kernels: readonly BoundKernel[]): Program {
    this.plans.push(kernels.map(({ lowered }) => (lowered as PlannedKernel).kernel));
    return super.program(kernels);
  }
}

/**
 * The kernels of the body's plans, one per line: `contract · add · relu → 64×16`. A line before
 * kernels that
 * share a dispatch says so. Nothing is computed; reads are zeros.
 */
export const plansOf = async (body: () => unknown): Promise<string[]> =>
  (await kernelsOf(body)).flat().flatMap(linesOf);

/** The kernels of each of the body's plans. Nothing is computed; reads are zeros. */
export async function kernelsOf(body: () => unknown): Promise<readonly (readonly Kernel[])[]> {
  const device = new PlanDevice();
  const before = context.stream;
  context.stream = new DeviceStream(device, {
    passes: new Set(passes),
    budget: Number.POSITIVE_INFINITY,
  });
  try {
    await body();
    await settled();
  } finally {
    context.stream = before;
  }
  return device.plans;
}

function linesOf(kernel: Kernel): string[] {
  if (kernel.parts.length === 0) return [lineOf(kernel)];
  const lines = kernel.parts.map(lineOf);
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const head = `${kernel.parts.length} ${kernel.batched === true ? "batched" : "side by side"}`;
  return [head, ...[...counts].map(([line, n]) => `  ${n > 1 ? `${n} × ` : ""}${line}`)];
}

/** A kernel as a line of text: its ops and the shapes of its results. */
export function lineOf({ steps, stored, rows }: Kernel): string {
  const names: string[] = [];
  for (const { op, operands } of steps) {
    const number = op.meaning.kind === "elementwise" && operands.length === 0;
    if (!number || steps.length === 1) names.push(op.name);
  }
  const results = stored.map((index) => {
    const { shape, dtype } = steps[index] as KernelStep;
    const size = shape.length === 0 ? "1" : shape.join("×");
    return dtype === "f32" ? size : `${dtype} ${size}`;
  });
  return `${rows === null ? "" : "rows: "}${names.join(" · ")} → ${results.join(", ")}`;
}
