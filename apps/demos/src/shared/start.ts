import { type InitResult, init, manualSeed } from "@wgrad/autograd";
import type { Options } from "./options.ts";

/** Opens the device and seeds every random number. */
export async function start({ device, seed }: Options): Promise<InitResult> {
  const opened = await init(device === undefined ? {} : { device });
  manualSeed(seed);
  return opened;
}
