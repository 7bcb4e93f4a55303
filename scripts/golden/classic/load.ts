import { type Tensor, tensor } from "@wgrad/autograd";
import { readSafetensors, type TensorRecord } from "@wgrad/autograd/safetensors";
import {
  type LabelledTable,
  loadBreastCancer,
  loadDigits,
  loadIris,
  loadSacramento,
  loadWine,
} from "@wgrad/datasets/data";
import { type Case, type Group, loadGroup } from "../load.ts";

/** The contents of a group's two files. */
export interface Files {
  readonly json: string;
  readonly bytes: Uint8Array;
}

/** A group whose cases refer to data sets. */
export interface ClassicGroup extends Group {
  readonly data: (name: string) => Promise<Data>;
}

/** Training rows and test rows; if a data set has no test rows, the training rows. */
export interface Data {
  readonly train: Part;
  readonly test: Part;
}

export interface Part {
  readonly x: Tensor;
  /** Null without targets. */
  readonly y: Tensor | null;
}

interface TableSet {
  readonly kind: "table";
  readonly table: string;
  readonly target: string;
  readonly features?: readonly (string | number)[];
  readonly target_scale?: number;
  readonly categories?: Readonly<Record<string, readonly string[]>>;
  readonly missing?: readonly (readonly [number, number])[];
  readonly train: readonly number[];
  readonly test: readonly number[];
}

interface StoredSet {
  readonly kind: "stored";
  readonly X: string;
  readonly y: string | null;
  readonly train_rows: readonly [number, number];
  readonly test_rows: readonly [number, number];
}

const tables: Readonly<Record<string, () => Promise<LabelledTable>>> = {
  iris: loadIris,
  wine: loadWine,
  breast_cancer: loadBreastCancer,
  digits: loadDigits,
  sacramento: loadSacramento,
};

/** Features of a table as numbers, NaN where the case demands a missing value, and its target. */
async function fromTable(set: TableSet): Promise<Data> {
  const source = await (tables[set.table] as () => Promise<LabelledTable>)();
  const all = [...source.features];
  const names = set.features?.map((name) => (typeof name === "number" ? all[name] : name)) ?? all;
  const columns = (names as string[]).map((name) => {
    const known = set.categories?.[name];
    if (known === undefined) return source.table.numbers(name).slice();
    return Float64Array.from(source.table.strings(name), (cell) => known.indexOf(cell));
  });
  for (const [row, column] of set.missing ?? []) {
    (columns[column] as Float64Array)[row] = Number.NaN;
  }
  const isQuantity = source.classes.length === 0;
  const targets = source.table.numbers(source.target);
  const part = (rows: readonly number[]): Part => {
    const x = Float32Array.from(rows.flatMap((row) => columns.map((column) => column[row] ?? 0)));
    const y = rows.map((row) => (targets[row] as number) * (set.target_scale ?? 1));
    return {
      x: tensor(x, { shape: [rows.length, columns.length] }),
      y: tensor(isQuantity ? Float32Array.from(y) : Int32Array.from(y)),
    };
  };
  return { train: part(set.train), test: part(set.test.length > 0 ? set.test : set.train) };
}

function fromStored(set: StoredSet, tensors: Readonly<Record<string, TensorRecord>>): Data {
  const [x, y] = [set.X, set.y].map((name) => (name === null ? null : tensors[name])) as [
    TensorRecord,
    TensorRecord | null,
  ];
  const width = x.shape[1] as number;
  const part = ([start, end]: readonly [number, number]): Part => ({
    x: tensor(x.data.slice(start * width, end * width), { shape: [end - start, width] }),
    y: y && tensor(y.data.slice(start, end)),
  });
  const [start, end] = set.test_rows;
  return { train: part(set.train_rows), test: part(end > start ? set.test_rows : set.train_rows) };
}

/** The groups of a folder `classic`, by the names of their files. */
export function loadClassic(files: ReadonlyMap<string, Files>): ClassicGroup[] {
  const shared = files.get("datasets");
  if (shared === undefined) throw new Error("golden classic: data sets are missing");
  const { datasets } = JSON.parse(shared.json) as {
    datasets: Readonly<Record<string, TableSet | StoredSet>>;
  };
  const { tensors } = readSafetensors(shared.bytes);
  return [...files]
    .filter(([name]) => name !== "datasets")
    .map(([name, { json, bytes }]) => {
      const group = loadGroup(`classic/${name}`, json, bytes);
      const cases = group.cases.map((item) => ({ ...item, category: String(item.kind) }) as Case);
      return {
        ...group,
        cases,
        async data(set) {
          const found = datasets[set];
          if (found === undefined) throw new Error(`golden classic: no data set ${set}`);
          return found.kind === "table" ? fromTable(found) : fromStored(found, tensors);
        },
      };
    });
}
