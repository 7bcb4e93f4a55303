import { checkCall } from "@wgrad/autograd/plugin";
import { nameOf, type Source, textOf } from "../sources/open.ts";
import { DataError } from "../table/error.ts";
import { Table } from "../table/table.ts";
import type { About } from "./about.ts";
import { type FilesOptions, filesOf } from "./files.ts";
import { parseJson } from "./json.ts";
import { LabelledTable } from "./labelled-table.ts";

const sites = ["amazon", "imdb", "yelp"] as const;

/**
 * 3,000 sentences of reviews, half of them positive (1), half negative (0), 1,000 each from three
 * sites. They are in the tests of the npm package `sentiment`.
 *
 * Throws DataError if the files are missing or invalid.
 */
export async function loadSentiment(
  options: FilesOptions<(typeof sites)[number]> = {},
): Promise<LabelledTable> {
  checkCall("loadSentiment({ from, sha256, download })", arguments);
  const files = await filesOf(
    {
      loader: "loadSentiment",
      package: "sentiment",
      files: {
        amazon: "test/fixtures/amazon.json",
        imdb: "test/fixtures/imdb.json",
        yelp: "test/fixtures/yelp.json",
      },
    },
    options,
  );
  const rows = await Promise.all(
    sites.map(async (site) =>
      (await sentencesOf(files[site], site)).map((row) => ({ ...row, site })),
    ),
  );
  const all = rows.flat();
  const table = new Table(
    {
      text: all.map(({ text }) => text.trim()),
      site: all.map(({ site }) => site),
      label: Int32Array.from(all, (row) => row.class),
    },
    { name: "sentiment", types: { text: "string" } },
  );
  const classes = ["negative", "positive"];
  return new LabelledTable({ about, table, features: ["text"], target: "label", classes });
}

interface Sentence {
  readonly text: string;
  readonly class: 0 | 1;
}

/** Each file ends with an empty sentence without a class. */
async function sentencesOf(source: Source, site: string): Promise<Sentence[]> {
  const name = nameOf(source, site);
  const json = parseJson(await textOf(source, name), name);
  const rows: unknown[] = Array.isArray(json) ? json : [];
  const sentences = rows.filter((row) => (row as { class?: unknown } | null)?.class !== null);
  const stray = sentences.findIndex((row) => {
    const { text, class: label } = (row ?? {}) as { text?: unknown; class?: unknown };
    return typeof text !== "string" || (label !== 0 && label !== 1);
  });
  if (stray >= 0 || sentences.length === 0) {
    const where = sentences.length === 0 ? "" : ` at element ${stray + 1}`;
    throw new DataError(`${name}: no sentence with class 0 or 1${where}`);
  }
  return sentences as Sentence[];
}

const about: About = {
  title: "Sentiment sentences",
  description:
    "Sentences with a clear sentiment from reviews of products, films and restaurants, selected by hand.",
  columns: {
    text: "the sentence",
    site: "amazon, imdb or yelp",
    label: "0 negative, 1 positive",
  },
  source:
    "D. Kotzias et al., From group to individual labels using deep features, 2015 (UCI); npm package sentiment",
  licence: "CC BY 4.0",
};
