import { type InitOptions, type InitResult, init } from "@wgrad/autograd";

/**
 * Opens a device, without the library's notice of which one it took by itself: who calls says that
 * to people, in their words.
 */
export async function openDevice(device?: InitOptions["device"] | null): Promise<InitResult> {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (!/^wgrad: no GPU/.test(String(words[0]))) warn(...words);
  };
  try {
    return await init(device === undefined || device === null ? {} : { device });
  } finally {
    console.warn = warn;
  }
}
