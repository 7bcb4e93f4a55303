import type { InitResult } from "@wgrad/autograd";
import type { DeviceName } from "@wgrad/worker";
import { openDevice as open } from "../../src/shared/open-device.ts";
import { type Lack, lackOf } from "../session/devices.ts";

/** The device that was asked for is not there. */
class DeviceError extends Error {
  override readonly name = "DeviceError";
}

/** Opens the device that is asked for, or the fastest there is. Throws DeviceError. */
export async function openDevice(asked: DeviceName | null): Promise<InitResult> {
  try {
    return await open(asked);
  } catch (error) {
    // The library's own words are for programmers.
    if (asked !== "webgpu") throw error;
    throw new DeviceError(lackOf(await lackHere()), { cause: error });
  }
}

/** Why a device that was taken by itself is not WebGPU. */
export async function lackHere(): Promise<Lack> {
  if (!isSecureContext) return "insecure";
  if (!("gpu" in navigator)) return "unknown";
  const info = (await navigator.gpu.requestAdapter().catch(() => null))?.info;
  const software = info?.isFallbackAdapter === true || info?.architecture === "swiftshader";
  return software ? "software" : "adapterless";
}
