import { join } from "node:path";
import type { Table } from "@wgrad/datasets";
import { grouped, known, t } from "../shared/language.ts";
import { makeFolder } from "../shared/write.ts";
import { loadPredictor, savePredictor } from "./bundle.ts";
import type { Predictor } from "./predictor.ts";
import { serve } from "./server.ts";
import type { Story } from "./story.ts";
import { askPrices, badRequests, housesOf, sample, visit } from "./visit.ts";

export interface Deployed {
  /** The file with the whole model. */
  readonly path: string;
  /** Prices that are others after saving and loading. */
  readonly differ: number;
  /** Bad requests that were not refused as they must be. */
  readonly missed: number;
}

/** Saves a predictor, loads it again, serves it, and is a good and a bad visitor. */
export async function deploy(
  story: Story,
  predictor: Predictor,
  test: Table,
  folder: string,
): Promise<Deployed> {
  makeFolder(folder);
  const path = join(folder, "pipeline.safetensors");
  await savePredictor(predictor, path);
  const loaded = await loadPredictor(path);
  const [before, after] = [await predictor.prices(test), await loaded.prices(test)];
  const differ = before.filter((price, i) => price !== after[i]).length;
  story.say(
    differ === 0
      ? t(
          "{path} holds what preprocessing learned and the model; loaded again, it gives the same prices to the last bit.",
          { path },
        )
      : t(
          "{path} holds what preprocessing learned and the model; loaded again, it gives {differ} other prices.",
          { path, differ },
        ),
  );
  const server = await serve(loaded);
  try {
    const houses = housesOf([test.row(0), test.row(1)]);
    const prices = await askPrices(server.url, [sample, ...houses]);
    story.say(
      "",
      t("POST /predict of three houses: {prices}", {
        prices: prices.map((price) => `$${grouped(price)}`).join(", "),
      }),
      "",
    );
    let missed = 0;
    const rows: (string | number)[][] = [];
    for (const request of badRequests) {
      const { status, error } = await visit(server.url, request);
      if (status !== request.status) missed++;
      rows.push([known(request.what), status, error]);
    }
    story.table([t("a bad visitor sends"), t("answer"), t("with the words")], rows);
    const { status, answered, refused } = (await (await fetch(`${server.url}/health`)).json()) as {
      readonly status: string;
      readonly answered: number;
      readonly refused: number;
    };
    story.say(
      "",
      t("GET /health: {status}; {answered} answered, {refused} refused", {
        status,
        answered,
        refused,
      }),
    );
    return { path, differ, missed };
  } finally {
    await server.close();
  }
}
