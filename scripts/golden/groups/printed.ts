import { evaluate } from "../evaluate.ts";
import type { Run } from "../run.ts";

/** Compares `String(model)` with PyTorch's text. */
export async function runPrinted({ item, fault }: Run): Promise<void> {
  const text = String(evaluate(item.printed as string));
  if (text !== item.text) fault(`prints ${text}, expected ${item.text}`);
}
