import { describe, expect, inject, test } from "vitest";
import { wrapped } from "../../src/shared/terminal.ts";
import { columnsOf, padLeft, padRight } from "../../src/shared/width.ts";
import { languageIn } from "../../src/speech.ts";
import { result, run, temporaryFolder, wide } from "../run.ts";

const out = temporaryFolder();

describe("a lesson in Chinese", { timeout: 120_000 }, () => {
  test("says the same numbers in Chinese, within 80 columns, its tables aligned", async () => {
    const arguments_ = ["exam", "--budget", "quick", "--device", "wasm", "--out", out];
    const english = await result(...arguments_);
    const chinese = await result(...arguments_, "--lang", "zh");
    expect(chinese.code).toBe(0);
    const { seconds: _, ...reached } = english.result;
    expect(chinese.result).toMatchObject(reached);
    expect(wide(chinese.said)).toEqual([]);
    const sentences = chinese.said
      .split("\n")
      .filter((line) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(line) && !line.includes(out));
    expect(sentences).toEqual([]);
    expect(chinese.said).toContain("五个学生");
    const blocks = chinese.said.split("\n\n").filter((block) => block.includes("─┼─"));
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) {
      const bars = block
        .split("\n")
        .filter((line) => /[│┼]/.test(line))
        .map((line) => columnsOf(line.slice(0, line.search(/[│┼]/))));
      expect(new Set(bars).size).toBe(1);
    }
  });

  test.runIf(inject("tier") === "full")("keeps its note in English for programs", async () => {
    const { result: reached, said } = await result(
      ...["cartpole", "--budget", "quick", "--device", "wasm", "--out", out, "--lang=zh"],
    );
    expect(reached.note).toContain("Deep Q-learning comes and goes");
    expect(reached.note).toContain("The quick budget is too short to learn this");
    expect(said.replaceAll("\n", "")).toContain("时好时坏");
    expect(said).not.toContain("comes and goes");
  });

  test("helps, and refuses, in the language that is chosen; English comes back after it", async () => {
    const { stdout } = await run("exam", "--help", "--lang", "zh");
    expect(stdout).toContain("所有随机数的起点");
    expect(stdout.split("\n").every((line) => columnsOf(line) <= 80)).toBe(true);
    expect((await run("--lang", "zh", "nix")).stderr).toMatch(/^错误：没有名为“nix”的演示/);
    expect((await run("list", "--lang", "fr")).stderr).toBe(
      'error: --lang is "fr"; it is en or zh',
    );
    expect((await run("list", "--lang")).code).toBe(1);
    expect((await run("list")).stdout).toContain("what is a house worth?");
  });
});

test("LC_ALL, LC_MESSAGES, then LANG choose the language; others are English", () => {
  expect(languageIn({ LANG: "zh_CN.UTF-8" })).toBe("zh");
  expect(languageIn({ LC_ALL: "C", LANG: "zh_CN.UTF-8" })).toBe("en");
  expect(languageIn({ LC_MESSAGES: "zh", LANG: "de_DE" })).toBe("zh");
  expect(languageIn({ LANG: "fr_FR.UTF-8" })).toBe("en");
  expect(languageIn({})).toBe("en");
});

test("Chinese takes two columns; lines are cut between characters, never before a comma", () => {
  expect(columnsOf("学习率 0.1")).toBe(10);
  expect(padRight("损失", 6)).toBe("损失  ");
  expect(padLeft("损失", 6)).toBe("  损失");
  expect(wrapped("一二三，四五 abc def六七。", 8)).toEqual([
    "一二三，",
    "四五 abc",
    "def六",
    "七。",
  ]);
  expect(wrapped("one two three", 8)).toEqual(["one two", "three"]);
});
