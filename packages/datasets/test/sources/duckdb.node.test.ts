import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streamSql } from "@wgrad/datasets/node";
import { expect, test } from "vitest";

async function all(sql: string, options = {}) {
  const batches = [];
  for await (const batch of streamSql(sql, options)) batches.push(batch);
  return batches;
}

test("queries a file and streams the rows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-sql-"));
  try {
    const path = join(folder, "x.csv");
    const lines = Array.from({ length: 5000 }, (_, i) => `${i},${i % 3},n${i % 3}`);
    writeFileSync(path, `id,kind,name\n${lines.join("\n")}\n`);
    const [sums] = await all(
      `SELECT name, count(*) AS n, avg(id) AS mean FROM '${path}' GROUP BY name ORDER BY name`,
    );
    expect([...(sums?.rows() ?? [])]).toEqual([
      { name: "n0", n: 1667, mean: 2499 },
      { name: "n1", n: 1667, mean: 2500 },
      { name: "n2", n: 1666, mean: 2499.5 },
    ]);
    const stream = streamSql(`SELECT * FROM '${path}' WHERE kind = $1`, {
      values: [1],
      types: { id: "integer" },
    });
    for (let pass = 0; pass < 2; pass++) {
      const ids = [];
      for await (const batch of stream) {
        expect(batch.length).toBeLessThanOrEqual(2048);
        ids.push(...batch.integers("id"));
      }
      expect(ids).toEqual(Array.from({ length: 1667 }, (_, i) => 3 * i + 1));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("values become numbers and text", async () => {
  const sql =
    "SELECT 1::BIGINT AS a, 1.25::DECIMAL(9,2) AS b, true AS c, 'x' AS d, NULL::DOUBLE AS e, " +
    "TIMESTAMP '1970-01-01 00:00:01' AS f, DATE '1970-01-02' AS g, 2.5::FLOAT AS h";
  const [table] = await all(sql);
  expect(table?.row(0)).toEqual({
    a: 1,
    b: 1.25,
    c: 1,
    d: "x",
    e: Number.NaN,
    f: 1000,
    g: 86_400_000,
    h: 2.5,
  });
});

test.each([
  [
    "SELEC 1",
    'SQL: Failed to extract statements: Parser Error: syntax error at or near "SELEC"\n  query: SELEC 1',
  ],
  ["SELECT * FROM 'none.csv'", "SQL: "],
  ["SELECT [1, 2] AS l", 'SQL: row 1, column "l": an object; expected a number'],
  [
    "SELECT 4611686018427387905::BIGINT AS i",
    'SQL: row 1, column "i": 4611686018427387905, which is too large for an exact number',
  ],
])("%s is refused", async (sql, message) => {
  await expect(all(sql)).rejects.toThrow(message);
});

test("refuses a missing database and an empty query", async () => {
  await expect(all("SELECT 1", { database: "/none/x.db" })).rejects.toThrow("SQL: IO Error");
  expect(() => streamSql(" ")).toThrow("streamSql: the query is empty");
});
