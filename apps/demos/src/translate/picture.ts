import type { Panel } from "../shared/panel.ts";
import { barsChart } from "../shared/panels.ts";

/** BLEU of each way to translate, ours the last. */
export function scoresPanel(scores: readonly { name: string; value: number }[]): Panel {
  return {
    title: "BLEU by characters, on messages held out",
    subtitle: "baselines that learn nothing (grey), and the Transformer (blue)",
    ...barsChart(scores, { label: "char-BLEU", digits: 1 }),
  };
}
