import { type InitResult, manualSeed } from "@wgrad/autograd";
import { openDevice } from "./open-device.ts";
import type { Options } from "./options.ts";

/** Opens the device and seeds every random number. */
export async function start({ device, seed }: Options): Promise<InitResult> {
  const opened = await openDevice(device);
  manualSeed(seed);
  return opened;
}
