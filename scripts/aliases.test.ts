import * as w from "@wgrad/autograd";
import { init, linalg, noGrad, Tensor, WgradError } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { type Kind, Made, type Row, usual } from "./aliases/rows.ts";
import { functions, linear, members, otherMembers, others } from "./aliases/table.ts";

beforeAll(async () => {
  await init({ device: "cpu" });
});

type Callable = (...args: unknown[]) => unknown;
type Namespace = Readonly<Record<string, unknown>>;

const methodNames = Object.getOwnPropertyNames(Tensor.prototype);

describe("the table of aliases", () => {
  test("lists every export and nothing else", () => {
    const listed = [...Object.keys(functions), ...Object.keys(others)];
    const exported = new Set(Object.keys(w));
    expect([...exported].filter((name) => !listed.includes(name))).toEqual([]);
    const gone = listed.filter((name) => !exported.has(name) && !methodNames.includes(name));
    expect(gone).toEqual([]);
  });

  test("lists every method", () => {
    const listed = [
      ...Object.keys(functions),
      ...Object.keys(members),
      ...Object.keys(otherMembers),
    ];
    expect(methodNames.filter((name) => !listed.includes(name))).toEqual([]);
  });

  test("lists every function of linalg", () => {
    expect(Object.keys(linalg).filter((name) => !(name in linear))).toEqual([]);
  });
});

/** The tensors in a result. */
function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (typeof result !== "object" || result === null) return [];
  return Object.values(result).flatMap(tensorsIn);
}

const argsOf = (row: Row): unknown[] =>
  "args" in row ? row.args.map((arg) => (arg instanceof Made ? arg.make() : arg)) : [];

const kindOf = (result: Tensor, x: Tensor): Kind =>
  result === x ? "self" : result.cell === x.cell ? "view" : "new";

/**
 * Checks that writes to the first result are visible in x, and the other way round, exactly if they
 * share storage.
 */
async function checkWrites(result: Tensor, x: Tensor, kind: Kind): Promise<void> {
  const before = await x.tolist();
  noGrad(() => x.fill_(x.dtype === "bool" ? 0 : 77));
  const seen = [...(await result.data())].includes(77);
  if (x.dtype !== "bool" && result.numel() > 0) expect(seen).toBe(kind !== "new");
  expect(before).not.toBeNull();
}

async function check(row: Row, run: (x: Tensor) => unknown): Promise<void> {
  const x = row.x?.() ?? usual();
  const results = tensorsIn(await run(x));
  expect(results.length).toBeGreaterThan(0);
  expect([...new Set(results.map((result) => kindOf(result, x)))]).toEqual([row.kind]);
  if (row.kind !== "self") await checkWrites(results[0] as Tensor, x, row.kind);
}

function rowsOf(
  table: Readonly<Record<string, readonly Row[]>>,
  where: Namespace | "methods",
): (readonly [string, Row, (x: Tensor) => unknown])[] {
  return Object.entries(table).flatMap(([name, rows]) =>
    rows.flatMap((row, i): (readonly [string, Row, (x: Tensor) => unknown])[] => {
      const label = rows.length > 1 ? `${name} ${i}` : name;
      if ("call" in row) return where === "methods" && name in w ? [] : [[label, row, row.call]];
      if (where === "methods") {
        if (!methodNames.includes(name)) return [];
        return [
          [label, row, (x) => (x as unknown as Record<string, Callable>)[name]?.(...argsOf(row))],
        ];
      }
      const fn = where[name] as Callable | undefined;
      return fn === undefined ? [] : [[label, row, (x) => fn(x, ...argsOf(row))]];
    }),
  );
}

describe("functions", () => {
  test.each(rowsOf(functions, w))("%s", (_, row, run) => check(row, run));
});

describe("methods", () => {
  test.each(rowsOf({ ...functions, ...members }, "methods"))("%s", (_, row, run) =>
    check(row, run),
  );
});

describe("linalg", () => {
  test.each(rowsOf(linear, linalg as unknown as Namespace))("%s", (_, row, run) => check(row, run));
});

test("results that are new for floats are new for integers and bools", async () => {
  for (const [name, row, run] of rowsOf(functions, w)) {
    if (row.kind !== "new" || row.x !== undefined) continue;
    for (const dtype of ["i32", "bool"] as const) {
      const x = usual().mul(4).to(dtype);
      let results: Tensor[];
      try {
        results = tensorsIn(await run(x));
      } catch (error) {
        if (error instanceof WgradError) continue;
        throw error;
      }
      for (const result of results) expect(kindOf(result, x), `${name} of ${dtype}`).toBe("new");
    }
  }
});
