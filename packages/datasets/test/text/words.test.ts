import { removeStopWords, stem, Vocabulary, WordTokenizer } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

describe("WordTokenizer", () => {
  test.each([
    [{}, "Don't panic: 3.14 is π!", ["don't", "panic", ":", "3.14", "is", "π", "!"]],
    [{ lowercase: false }, "Ab cD", ["Ab", "cD"]],
    [{ pattern: /[a-z']+|[!?]/ }, "So GOOD, isn't it?!", ["so", "good", "isn't", "it", "?", "!"]],
    [{ pattern: /\S/u }, "我们 ok", ["我", "们", "o", "k"]],
    [{}, "  ", []],
  ])("%o splits %j", (options, text, tokens) => {
    const tokenizer = new WordTokenizer(options);
    expect(tokenizer.tokenize(text)).toEqual(tokens);
    expect(tokenizer.tokenize(text)).toEqual(tokens);
  });

  test("refuses a pattern that matches empty text", () => {
    expect(() => new WordTokenizer({ pattern: /[a-z]*/g })).toThrow(
      "WordTokenizer: the pattern /[a-z]*/g matches empty text\n  hint: use + instead of *",
    );
  });
});

test("stop words are removed, and words are stemmed", () => {
  expect(removeStopWords(["The", "whale", "and", "me"])).toEqual(["whale"]);
  expect(removeStopWords(["der", "Wal"], new Set(["der"]))).toEqual(["Wal"]);
  expect(["trains", "trained", "training"].map(stem)).toEqual(["train", "train", "train"]);
});

describe("Vocabulary", () => {
  const texts = [["b", "a", "b"], ["c", "b", "a"], ["d"]];

  test("special tokens first, then by count, then by code units", () => {
    const vocabulary = Vocabulary.from(texts);
    expect(vocabulary.tokens).toEqual(["<pad>", "<unk>", "b", "a", "c", "d"]);
    expect(vocabulary.encode(["a", "zebra"])).toEqual([3, 1]);
    expect(vocabulary.decode([2, 0])).toEqual(["b", "<pad>"]);
    expect([vocabulary.size, vocabulary.has("c"), vocabulary.has("x")]).toEqual([6, true, false]);
  });

  test.each([
    [{ minCount: 2 }, ["<pad>", "<unk>", "b", "a"]],
    [{ maxSize: 3 }, ["<pad>", "<unk>", "b"]],
    [{ specials: [] }, ["b", "a", "c", "d"]],
    [{ specials: ["a", "?"], unknown: "?" }, ["a", "?", "b", "c", "d"]],
  ])("%j", (options, tokens) => {
    expect(Vocabulary.from(texts, options).tokens).toEqual(tokens);
  });

  test("is restored from JSON", () => {
    const saved = JSON.parse(JSON.stringify(Vocabulary.from(texts)));
    const loaded = Vocabulary.fromJSON(saved);
    expect(loaded).toEqual(Vocabulary.from(texts));
    expect(loaded.encode(["nothing"])).toEqual([1]);
  });

  test("refuses", () => {
    const strict = Vocabulary.from(texts, { specials: [] });
    expect(() => strict.encode(["b", "zebra"])).toThrow(
      'Vocabulary: "zebra" is not one of the 4 tokens\n  hint: add the special token "<unk>"',
    );
    expect(() => strict.decode([4])).toThrow("Vocabulary.decode: there is no token 4");
    expect(() => Vocabulary.from(texts, { specials: ["a", "a"] })).toThrow(
      'the token "a" is repeated',
    );
    expect(() => Vocabulary.from(texts, { unknown: "?" })).toThrow(
      'Vocabulary: the token for unknown tokens, "?", is not in the vocabulary',
    );
    expect(() => Vocabulary.fromJSON({ tokens: [1] } as never)).toThrow("not a vocabulary");
  });
});
