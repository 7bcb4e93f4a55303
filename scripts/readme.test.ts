import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const english = readFileSync("README.md", "utf8");
const chinese = readFileSync("README.zh.md", "utf8");
const all = (text: string, pattern: RegExp): string[] => text.match(pattern) ?? [];

test("the READMEs have the same programs, commands, links and sections, and lead to each other", () => {
  const blocks = /^```[\s\S]*?^```$/gm;
  expect(all(chinese, blocks)).toEqual(all(english, blocks));
  const inner = (text: string): string => text.replaceAll(blocks, "");
  const links = (text: string): string[] =>
    all(inner(text), /\]\([^)]+\)/g).filter((link) => !link.includes("README"));
  expect(links(chinese)).toEqual(links(english));
  const code = (text: string): string[] => all(inner(text), /`[^`\n]+`/g).sort();
  expect(code(chinese)).toEqual(code(english));
  expect(all(chinese, /^#+ /gm)).toEqual(all(english, /^#+ /gm));
  expect(english).toContain("](README.zh.md)");
  expect(chinese).toContain("](README.md)");
});
