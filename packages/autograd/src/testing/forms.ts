import type { Device, Kernel } from "../devices/device.ts";
import { passes } from "../devices/passes.ts";
import type { WebGPUDevice } from "../devices/webgpu/device.ts";
import { context, currentStream } from "../graph/context.ts";
import {
  type AdapterClass,
  chooseTiling,
  type Extent,
  type Tiling,
  tilings,
} from "../lower/contract/tilings.ts";
import { formsFor } from "../lower/gpu.ts";
import type { DeviceClass } from "../lower/target.ts";
import { DeviceStream } from "../runtime/stream.ts";

export { type Extent, type Tiling, tilingName } from "../lower/contract/tilings.ts";

const tableOf = (kind: DeviceClass): AdapterClass =>
  formsFor(kind).gpu?.tilings ?? tilings.software;

/** The class of the current WebGPU device. */
export const currentClass = (): DeviceClass =>
  ((currentStream() as DeviceStream).backend as WebGPUDevice).info.class;

/** The tilings of products for a class of device. */
export const formsOf = (kind: DeviceClass): readonly Tiling[] =>
  tableOf(kind).choices.flatMap((choice) => choice.tilings);

/** The tiling that a class of device uses for a product. */
export const formFor = (kind: DeviceClass, extent: Extent): Tiling =>
  chooseTiling(tableOf(kind), extent);

/** Runs the body on the current WebGPU device with this tiling for all products. */
export async function inForm<T>(tiling: Tiling, body: () => Promise<T>): Promise<T> {
  const before = currentStream() as DeviceStream;
  const device = before.backend as WebGPUDevice;
  const asking = new Proxy(device, {
    get(target, name) {
      if (name === "lower") return (kernel: Kernel) => target.lower(kernel, { tiling });
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  }) as Device;
  context.stream = new DeviceStream(asking, {
    passes: new Set(passes),
    budget: Number.POSITIVE_INFINITY,
  });
  try {
    return await body();
  } finally {
    context.stream = before;
  }
}
