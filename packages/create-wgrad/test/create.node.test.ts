import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { command } from "../src/command.ts";
import { create, packageNameOf, type Template, templates } from "../src/create.ts";

const home = mkdtempSync(join(tmpdir(), "wgrad-create-"));
afterAll(() => rmSync(home, { recursive: true }));
const names = Object.keys(templates) as Template[];
const made = (template: Template): string => {
  const path = join(mkdtempSync(join(home, "of-")), "my-project");
  create(path, template, "1.2.3");
  return path;
};

describe.each(names)("%s", (template) => {
  test("creates a project with its name and version", () => {
    const path = made(template);
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    expect(manifest.name).toBe("my-project");
    const ours = Object.entries(manifest.dependencies).filter(([name]) => /^@wgrad/.test(name));
    expect(ours.map(([name]) => name)).toEqual(["@wgrad/autograd", "@wgrad/nn", "@wgrad/optim"]);
    for (const [, range] of ours) expect(range).toBe("^1.2.3");
    for (const file of readdirSync(path, { recursive: true, encoding: "utf8" })) {
      if (/\.\w+$/.test(file)) expect(readFileSync(join(path, file), "utf8")).not.toContain("{{");
    }
    expect(readFileSync(join(path, ".gitignore"), "utf8")).toContain("node_modules/");
    expect(readFileSync(join(path, "README.md"), "utf8")).toMatch(/^# my-project\n/);
  });

  test("trains the same network as the others", () => {
    const path = made(template);
    const program = readFileSync(
      join(path, template === "vite" ? "src/train.ts" : "train.js"),
      "utf8",
    );
    const plain = (text: string): string =>
      text
        .replaceAll("console.log(", "say(")
        .replaceAll(": number[][]", "")
        .replace(/const place[\s\S]*?\n\n/, "");
    expect(plain(program)).toBe(
      plain(readFileSync(resolve(import.meta.dirname, "../templates/node/train.js"), "utf8")),
    );
  });
});

describe("invalid requests are refused", () => {
  test("a folder that is not empty", () => {
    const path = mkdtempSync(join(home, "full-"));
    writeFileSync(join(path, "mine.txt"), "mine");
    expect(() => create(path, "node", "1.0.0")).toThrow(
      `create-wgrad: ${path} is not empty\n  hint: use another name, or an empty folder`,
    );
    expect(readdirSync(path)).toEqual(["mine.txt"]);
  });

  test.each(["a b", "_x", "ü"])("the name %j", (name) => {
    expect(() => packageNameOf(name)).toThrow(
      `create-wgrad: ${JSON.stringify(name)} is not a valid package name\n  hint: use letters, digits, ".", "_" and "-", and start with a letter or a digit`,
    );
  });

  test.each([
    ["My.Project", "my.project"],
    ["a/b-c", "b-c"],
  ])("%s is %s", (path, name) => {
    expect(packageNameOf(path)).toBe(name);
  });
});

describe("the command", () => {
  test("creates a project and prints the next commands", async () => {
    const path = join(home, "first");
    const said = await command([path, "--template", "page"], false);
    expect(said).toContain(`cd ${path}\n  npm install\n  npm start`);
    const files = [".gitignore", "README.md", "index.html", "package.json", "serve.js", "train.js"];
    expect(readdirSync(path).sort()).toEqual(files);
  });

  const list =
    "npm create wgrad [name] [-- --template vite|page|node]\n  vite  in a browser, with Vite and TypeScript\n  page  in a browser, without a bundler\n  node  in Node";

  test.each([
    [[join(home, "none"), "-t", "react"], `there is no template "react"\n${list}`],
    [[], `needs a name and a template\n${list}`],
    [["a", "b"], `expected one name, got 2\n${list}`],
    [["--templat", "node"], "Unknown option '--templat'"],
  ])("%j is refused", async (args, problem) => {
    await expect(command(args, false)).rejects.toThrow(`create-wgrad: ${problem}`);
  });

  test("--help lists the templates", async () => {
    expect(await command(["--help"], false)).toBe(list);
  });
});
