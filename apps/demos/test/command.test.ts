import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { init } from "@wgrad/autograd";
import { describe, expect, test } from "vitest";
import { catalog } from "../src/catalog.ts";
import { run, temporaryFolder, wide } from "./run.ts";

const folder = temporaryFolder();
const out = join(folder, "out");
const names = Object.keys(catalog);

function csv(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("what is asked for", () => {
  test("no name and `list` list the demos", async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    for (const [name, { summary, teaches }] of Object.entries(catalog)) {
      expect(stdout).toContain(`  ${name} `);
      expect(stdout).toContain(summary());
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(teaches());
    }
    for (const other of ["list", "help", "--help", "-h"]) {
      expect((await run(other)).stdout).toBe(stdout);
    }
    expect(wide(stdout)).toEqual([]);
  });

  test.each(["--version", "-v", "version"])("%s says which version this is", async (asked) => {
    const { code, stdout } = await run(asked);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^wgrad \d+\.\d+\.\d+, Node v\d+/)]);
  });

  test.each(names)("%s --help names its options and no others", async (name) => {
    const { code, stdout } = await run(name, "--help");
    expect(code).toBe(0);
    const takes = (await catalog[name]?.load())?.takes ?? [];
    const named = [...stdout.matchAll(/^ {2}--(\w+)/gm)].map(([, option]) => option);
    const always = ["device", "seed", "budget", "out", "lang", "json", "help"];
    expect(named.sort()).toEqual([...always, ...takes].sort());
    expect(wide(stdout)).toEqual([]);
    for (const asked of [
      [name, "-h"],
      ["help", name],
    ]) {
      expect((await run(...asked)).stdout).toBe(stdout);
    }
  });
});

describe("a mistake is one line and exit code 1", () => {
  const good = "a,b,price\n1,2,3\n2,3,4\n3,4,6\n4,5,6\n5,6,8\n";
  const files = {
    good,
    empty: "",
    header: "a,b,price\n",
    text: good.replace("4,6\n", "cheap,6\n"),
    hole: good.replace("4,6\n", ",6\n"),
    ragged: good.replace("4,6\n", "4\n"),
    constant: "a,price\n1,2\n2,2\n3,2\n4,2\n5,2\n",
    single: "price\n1\n2\n3\n4\n5\n",
    short: "a,price\n1,2\n",
  };

  test.each<[string[], string | RegExp]>([
    [["house"], `there is no demo "house"; there are ${names.join(", ")}`],
    [["housing", "--speed", "9"], /^Unknown option '--speed'.*--help lists the options$/],
    [["housing", "fast"], /^Unexpected argument 'fast'.*--help lists the options$/],
    [["housing", "--epochs"], /--epochs.*argument missing.*--help lists the options$/],
    [["housing", "--device", "tpu"], '--device is "tpu"; it is webgpu, wasm or cpu'],
    [["exam", "--epochs", "many"], '--epochs is "many"; it is a whole number, 1 or more'],
    [["exam", "--epochs", "0"], '--epochs is "0"; it is a whole number, 1 or more'],
    [["exam", "--seed", "1.5"], '--seed is "1.5"; it is a whole number, 0 or more'],
    [["exam", "--seed", "-1"], '--seed is "-1"; it is a whole number, 0 or more'],
    [["exam", "--seed", "4294967296"], '--seed is "4294967296"; it is a whole number, 0 or more'],
    [
      ["exam", "--save", "FOLDER/good.csv/x"],
      "--save FOLDER/good.csv/x: FOLDER/good.csv is no folder",
    ],
    [["exam", "--save", "/proc/x"], /^--save \/proc\/x cannot be written \(.+\)$/],
    [
      ["exam", "--out", "FOLDER/good.csv/a/b"],
      "--out FOLDER/good.csv/a/b: FOLDER/good.csv is a file, not a folder",
    ],
    [["exam", "--out", "/proc/x"], /^--out \/proc\/x: files in \/proc cannot be written \(.+\)$/],
    [["exam", "--serve", "80"], "exam takes no --serve; --help lists the options"],
    [["pipeline", "--serve", "70000"], '--serve is "70000"; it is a whole number, from 0 to 65535'],
    [["exam", "--target", "x"], "--target names a column of --csv FILE, which is not given"],
    [["housing", "--out", "FOLDER/good.csv"], "--out FOLDER/good.csv is a file, not a folder"],
    [["exam", "--budget", "huge"], '--budget is "huge"; it is quick or full'],
    [["exam", "--load", "FOLDER/none"], "--load FOLDER/none: there is no such file"],
    [["exam", "--load", "FOLDER"], "--load FOLDER is a folder, not a file"],
    [["exam", "--save", "FOLDER"], "--save FOLDER is a folder, not a file"],
    [
      ["exam", "--save", "FOLDER/none/exam.safetensors"],
      "--save FOLDER/none/exam.safetensors: there is no folder FOLDER/none",
    ],
    [["housing", "--csv", "FOLDER/none.csv"], "FOLDER/none.csv: there is no such file"],
    [["housing", "--csv", "FOLDER/empty.csv"], "FOLDER/empty.csv: the file is empty"],
    [
      ["housing", "--csv", "FOLDER/header.csv"],
      "FOLDER/header.csv: there are no rows below the header",
    ],
    [
      ["housing", "--csv", "FOLDER/text.csv"],
      'FOLDER/text.csv: row 3 (line 4), column "b": "cheap"; expected a number',
    ],
    [
      ["exam", "--csv", "FOLDER/hole.csv"],
      'FOLDER/hole.csv: row 3 (line 4), column "b": empty; expected a number',
    ],
    [
      ["housing", "--csv", "FOLDER/ragged.csv"],
      "FOLDER/ragged.csv: row 3 (line 4) has 2 values, but the header has 3 names",
    ],
    [
      ["housing", "--csv", "FOLDER/good.csv", "--target", "cost"],
      'FOLDER/good.csv: no column "cost" to predict; there are a, b, price',
    ],
    [
      ["housing", "--csv", "FOLDER/constant.csv"],
      'FOLDER/constant.csv: column "price" is 2 in every row: nothing to learn',
    ],
    [
      ["housing", "--csv", "FOLDER/single.csv"],
      'FOLDER/single.csv: only one column, "price", and nothing to predict it from',
    ],
    [
      ["housing", "--csv", "FOLDER/short.csv"],
      "FOLDER/short.csv: only one row: nothing to learn from",
    ],
    [
      ["exam", "--csv", "FOLDER/good.csv"],
      'FOLDER/good.csv: row 1 (line 2), column "price": 3; expected 0 or 1',
    ],
  ])("%j", async (args, message) => {
    for (const [name, text] of Object.entries(files)) csv(`${name}.csv`, text);
    const given = args.map((arg) => arg.replace("FOLDER", folder));
    const { code, stdout, stderr } = await run(
      ...given,
      ...(given.includes("--epochs") || given.includes("--out") ? [] : ["--out", out]),
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .+$/);
    const line = stderr.replace("error: ", "").replaceAll(folder, "FOLDER");
    if (typeof message === "string") expect(line).toBe(message);
    else expect(line).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});

test("what was computed without WebGPU says so in its last line, and how it is seen there", async () => {
  const taken = (await init()).device;
  const to = join(folder, "with a blank");
  const asked = ["exam", "--epochs", "2", "--out", to];
  const { stdout } = await run(...asked);
  const last = `Computed on ${taken} `;
  if (taken === "webgpu") expect(stdout).not.toContain("Computed on");
  else {
    expect(stdout).toContain(last);
    expect(stdout.split("\n").at(-1)).toBe(
      `  pnpm demo exam --epochs 2 --out '${to}' --device webgpu`,
    );
  }
  for (const device of ["wasm", "cpu", "webgpu"]) {
    const chosen = await run(...asked, "--device", device);
    expect([device, chosen.code]).toEqual([device, 0]);
    expect(chosen.stdout).not.toContain("Computed on");
  }
});

describe.each(["cpu", "wasm", "webgpu"])("on %s", { timeout: 60_000 }, (device) => {
  const numberAfter = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

  test("exam reproduces scikit-learn's chances with its penalty", async () => {
    const to = join(folder, `exam-${device}`);
    const { code, stdout } = await run("exam", "--device", device, "--out", to);
    expect(code).toBe(0);
    const rows = [...stdout.matchAll(/│ +[\d.]+ │ +([\d.]+) │ +([\d.]+)$/gm)];
    expect(rows).toHaveLength(6);
    for (const [, ours, theirs] of rows) expect(Number(ours)).toBeCloseTo(Number(theirs), 2);
    expect(readdirSync(to).sort()).toEqual(["exam.png", "exam.svg"]);
  });

  test("a table of one's own is fitted, its target by name or the last column", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 7, (i * 13) % 11, i % 3]);
    const price = ([a = 0, b = 0, c = 0]: number[]): number => 5 + 2 * a - b + 0.5 * c;
    const path = csv(
      `own-${device}.csv`,
      ["price,a,b,c", ...rows.map((row) => [price(row), ...row].join(","))].join("\n"),
    );
    const to = join(folder, `own-${device}`);
    const options = ["--device", device, "--out", to, "--csv", path];
    const first = await run("housing", ...options, "--target", "price");
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("a, b, c → price");
    expect(numberAfter(first.stdout, /held-out rows: R² ([\d.]+)/)).toBeGreaterThan(0.999);
    const second = await run("housing", ...options, "--seed", "3", "--epochs", "2");
    expect(second.stdout).toContain("price, a, b → c");
    expect(second.stdout).toContain("2 steps in");
  });

  test("a table too small to hold rows out is all learned from, and one feature gives a line", async () => {
    const path = csv("flats.csv", "area,price\n35,30\n45,40\n40,35\n60,60\n65,65\n");
    const to = join(folder, `flats-${device}`);
    const { code, stdout } = await run("housing", "--device", device, "--out", to, "--csv", path);
    expect(code).toBe(0);
    expect(numberAfter(stdout, /on all 5 rows.*: R² ([\d.]+)/)).toBeCloseTo(0.997, 2);
    expect(readFileSync(join(to, "housing.svg"), "utf8")).toContain("price = 1.201 · area − 12.8");
  });

  test("exam takes a table of one's own", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i % 10, (i * 7) % 9]);
    const path = csv(
      `pass-${device}.csv`,
      ["x,y,passed", ...rows.map(([x = 0, y = 0]) => [x, y, Number(x + y > 8)].join(","))].join(
        "\n",
      ),
    );
    const to = join(folder, `pass-${device}`);
    const { code, stdout } = await run("exam", "--device", device, "--out", to, "--csv", path);
    expect(code).toBe(0);
    expect(numberAfter(stdout, /accuracy ([\d.]+) %/)).toBeGreaterThan(80);
    expect(readdirSync(to).sort()).toEqual(["exam.png", "exam.svg"]);
  });
});
