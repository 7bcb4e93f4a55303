import type { Dataset } from "@wgrad/datasets";
import type { Judgement, Labelled } from "./classifier.ts";
import { ink, type Panel } from "./panel.ts";
import { thumbnailChart } from "./panels.ts";

const SHOWN = 20;
const COLUMNS = 5;

/** Pictures that were taken for the wrong class. */
export async function mistakePanel(
  { counts, predicted }: Judgement,
  dataset: Dataset<Labelled>,
  names: readonly string[],
): Promise<Panel> {
  const { labels: real } = await dataset.batch(predicted.map((_, i) => i));
  const labels = Array.from(await real.data(), Number);
  const wrong = predicted.flatMap((label, i) => (label === labels[i] ? [] : [i]));
  const shown = wrong.slice(0, SHOWN);
  const title = wrong.length === 0 ? "No mistakes" : "Mistakes: what it is → taken for";
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const subtitle = `${wrong.length} of ${total}${wrong.length > SHOWN ? `, the first ${SHOWN}` : ""}`;
  const { images } = await dataset.batch(shown.length === 0 ? [0] : shown);
  const pixels = await images.data();
  const width = images.shape.at(-1) as number;
  const size = pixels.length / (images.shape[0] as number);
  const pictures = shown.map((index, k) => ({
    pixels: Array.from(pixels.subarray(k * size, (k + 1) * size), Number),
    width,
    caption: `${names[labels[index] as number]} → ${names[predicted[index] as number]}`,
    color: ink.fit,
  }));
  const longest = Math.max(...names.map((name) => name.length));
  return { title, subtitle, ...thumbnailChart(pictures, COLUMNS, Math.max(78, 13 * longest + 26)) };
}
