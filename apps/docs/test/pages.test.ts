import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkSite } from "../src/check.ts";
import { included, resolved } from "../src/links.ts";
import { pages, preview, repository, root } from "../src/places.ts";
import { isSample, samplesIn } from "../src/samples.ts";
import { guide } from "../src/sidebar.ts";

const names = readdirSync(pages, { recursive: true, encoding: "utf8" })
  .filter((name) => /^(?!api\b).*\.md$/.test(name))
  .sort();

const linksOf = (items: ReturnType<typeof guide>): string[] =>
  items.flatMap(({ link, items: below = [] }) => [...(link ? [link] : []), ...linksOf(below)]);

test("every page stands at the side, and nothing else", () => {
  const listed = linksOf(guide()).map((link) => link.slice(1).replace(/(^|\/)$/, "$1index"));
  expect(new Set(listed).size).toBe(listed.length);
  const written = names.map((name) => name.slice(0, -3)).filter((name) => name !== "index");
  expect(listed.sort()).toEqual(written.sort());
});

test("the list of decisions has each of them", () => {
  const list = readFileSync(join(pages, "decisions/index.md"), "utf8");
  const written = names.filter((name) => /^decisions\/\d/.test(name));
  for (const name of written) expect(list).toContain(`](${name.slice("decisions/".length)})`);
});

/** Text without blocks and spans of code, where brackets mean other things. */
const prose = (markdown: string): string =>
  markdown.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "``");

/** Anchors of a page's headings, as GitHub and the site make them of plain words. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, " ")
      .trim()
      .replaceAll(/[\s-]+/g, "-"),
  );

const files = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
  ...names.map((name) => join("docs", name)),
];

test.each(files)("%s: links and images lead to something", (file) => {
  const path = join(root, file);
  const markdown = readFileSync(path, "utf8");
  const folders = [path, ...included(markdown, dirname(path))].map((from) => dirname(from));
  for (const [, link = ""] of prose(markdown).matchAll(/\]\((?!#)([^)\s]+)\)/g)) {
    expect(() => resolved(link, folders, "link"), link).not.toThrow();
    const [at = "", anchor] = link.split("#");
    if (anchor === undefined || /^https?:/.test(link)) continue;
    expect(anchorsOf(readFileSync(resolve(dirname(path), at), "utf8")), link).toContain(anchor);
  }
});

describe("links of the repository on the site", () => {
  const from = join(pages, "decisions");
  test.each([
    ["0001-keep-marks.md", "/decisions/0001-keep-marks.md"],
    ["../fft.md#x", "/fft.md#x"],
    [".", "/decisions/index.md"],
    ["../../packages/nn", "/api/nn/index.md"],
    ["../../bench/results", "https://github.com/wgrad/wgrad/tree/main/bench/results"],
    ["../../LICENSE", "https://github.com/wgrad/wgrad/blob/main/LICENSE"],
    ["https://example.org/a.md", "https://example.org/a.md"],
    ["#here", "#here"],
    ["../gallery.png", "https://github.com/wgrad/wgrad/blob/main/docs/gallery.png"],
  ])("%s is %s", (link, expected) => {
    expect(resolved(link, [from], "link")).toBe(expected);
  });

  test("a picture is one of the site's files", () => {
    expect(resolved("../gallery.png", [from], "picture")).toBe("/gallery.png");
  });

  test("a link to nothing is refused", () => {
    expect(() => resolved("none.md", [from], "link")).toThrow(
      "a link leads to none.md, where nothing is",
    );
  });
});

describe("the built site", () => {
  const site = mkdtempSync(join(tmpdir(), "wgrad-docs-"));
  afterAll(() => rmSync(site, { recursive: true }));
  const write = (path: string, html: string): void => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), html);
  };

  test("is told what leads nowhere", () => {
    write("index.html", '<a href="/base/a/">a</a><h1 id="top">x</h1>');
    write(
      "a/index.html",
      '<a href="../index.html#top">up</a><a href="/base/b#x">b</a><img src="/base/i.png">',
    );
    write("b.html", '<h2 id="x">x</h2><a href="#y">y</a>');
    write("i.png", "");
    expect(checkSite(site, "/base/")).toEqual(["b.html: #y has no place of that name"]);
    rmSync(join(site, "i.png"));
    write("index.html", '<a href="/base/a/">a</a>');
    expect(checkSite(site, "/base/").sort()).toEqual([
      "a/index.html: ../index.html#top has no place of that name",
      "a/index.html: nothing is at /base/i.png",
      "b.html: #y has no place of that name",
    ]);
  });
});

describe("programs of pages", () => {
  test("are the blocks that import something", () => {
    const block = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;
    const page = [
      block("ts", 'import { init } from "@wgrad/autograd";\nawait init();'),
      block("ts node", 'import {\n  init,\n} from "@wgrad/autograd";'),
      block("ts", "const x = 1;"),
      block('ts title="src/a.ts"', 'import { a } from "b";'),
      block("sh", "npm install"),
    ].join("\n");
    expect(samplesIn(page).map(({ node }) => node)).toEqual([false, true]);
    expect(isSample("ts", 'import { a } from "b";')).toBe(true);
    expect(isSample('ts title="src/a.ts"', 'import { a } from "b";')).toBe(false);
  });

  test("use what can be imported in a page, or say that they need Node", () => {
    const elsewhere =
      /from "(node:.*|@wgrad\/(distributed|autograd\/(node|testing)|datasets\/node))"/;
    for (const file of files) {
      for (const { code, node } of samplesIn(readFileSync(join(root, file), "utf8"))) {
        if (!node) expect(code, relative(root, file)).not.toMatch(elsewhere);
      }
    }
  });
});

test("the gallery and the reference are made, not kept", () => {
  const ignored = readFileSync(join(root, ".gitignore"), "utf8");
  for (const path of ["docs/api/", "apps/docs/public/wgrad/", "apps/docs/public/gallery/"]) {
    expect(ignored).toContain(path);
  }
  expect(existsSync(join(root, "apps/docs/public/icon.svg"))).toBe(true);
});

describe("the picture that links show", () => {
  const { address, width, height } = preview;
  const raw = repository.replace("github.com", "raw.githubusercontent.com");

  test("is a file of the repository, of the size that is told", () => {
    expect(address.startsWith(`${raw}/main/`)).toBe(true);
    const png = readFileSync(join(root, address.slice(`${raw}/main/`.length)));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
    expect(png.length).toBeLessThan(150_000);
  });

  test("is the same for the gallery", () => {
    const html = readFileSync(join(root, "apps/demos/web/index.html"), "utf8");
    const tags = [...html.matchAll(/<meta property="(og:image[^"]*)" content="([^"]*)"/g)];
    expect(Object.fromEntries(tags.map(([, name, content]) => [name, content]))).toEqual({
      "og:image": address,
      "og:image:width": `${width}`,
      "og:image:height": `${height}`,
      "og:image:alt": preview.alt,
    });
  });
});
