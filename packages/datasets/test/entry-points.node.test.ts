import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesOf } from "../src/builtin/files.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

/** Everything that an entry point imports, directly or indirectly, statically or dynamically. */
function importsFrom(entry: string): Set<string> {
  const files = [join(source, entry)];
  const packages = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/gm)) {
      const next = join(dirname(file), name);
      if (!name.startsWith(".")) packages.add(name);
      else if (name.endsWith(".ts") && !files.includes(next)) files.push(next);
    }
  }
  return packages;
}

test.each(["index.ts", "data.ts"])("a page's bundle of %s imports no Node modules", (entry) => {
  const packages = importsFrom(entry);
  expect(packages).toContain("@wgrad/autograd");
  expect([...packages].filter((name) => /^node:|duckdb/.test(name))).toEqual([]);
});

test("functions that need Node have their own entry point", () => {
  expect([...importsFrom("node.ts")]).toContain("@duckdb/node-api");
});

test("a loader's error tells what to install or to pass", async () => {
  const known = {
    loader: "loadIt",
    package: "no-such-package",
    files: { images: "a", labels: "b" },
  };
  const from = '{ from: { images: "https://…", labels: "https://…" } }';
  await expect(filesOf(known)).rejects.toThrow(
    `loadIt: the npm package no-such-package is not installed\n  hint: npm install no-such-package, or pass the files: loadIt(${from})`,
  );
  await expect(
    filesOf(
      {
        ...known,
        install: "no-such-package@npm:other@1",
        mirrors: ["http://127.0.0.1:9/"],
        remote: { images: "a.gz", labels: "b.gz" },
      },
      { download: { folder: "/tmp/wgrad-none", retries: 0 } },
    ),
  ).rejects.toThrow(
    /^loadIt: the npm package no-such-package is not installed, and download: no server can be reached; there seems to be no network\n {2}http:\/\/127\.0\.0\.1:9\/[ab]\.gz: .*\n {2}hint: .*\n {2}hint: npm install no-such-package@npm:other@1, or pass the files/,
  );
});
