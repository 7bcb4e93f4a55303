import { Generator } from "@wgrad/autograd";
import { SubwordTokenizer, type TokenizerJSON, trainBpe } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

const verse = [
  "The more it snows, the more it goes, the more it goes on snowing.",
  "And nobody knows how cold my toes, how cold my toes are growing!",
];

/**
 * Reference by the definition: counts all pairs anew and merges the most frequent, until there are
 * enough.
 */
function byDefinition(words: readonly string[], count: number): [string, string][] {
  let cut = words.map((word) => [...word]);
  const numbers = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) numbers.set(bytes[byte] as string, byte);
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const counts = new Map<string, number>();
    for (const tokens of cut) {
      tokens.slice(1).forEach((right, i) => {
        const pair = JSON.stringify([tokens[i], right]);
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      });
    }
    const ranked = [...counts]
      .map(([pair, n]) => ({ pair: JSON.parse(pair) as [string, string], n }))
      .sort(
        (x, y) =>
          y.n - x.n ||
          (numbers.get(x.pair[0]) as number) - (numbers.get(y.pair[0]) as number) ||
          (numbers.get(x.pair[1]) as number) - (numbers.get(y.pair[1]) as number),
      );
    const [best] = ranked;
    if (best === undefined || best.n < 2) break;
    const [a, b] = best.pair;
    merges.push([a, b]);
    if (!numbers.has(a + b)) numbers.set(a + b, numbers.size);
    cut = cut.map((tokens) => {
      const out: string[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (tokens[i] === a && tokens[i + 1] === b) out.push(a + b) && i++;
        else out.push(tokens[i] as string);
      }
      return out;
    });
  }
  return merges;
}

const plain = trainBpe([], { vocabSize: 256 });
const bytes = Object.entries(plain.model.vocab)
  .sort(([, a], [, b]) => a - b)
  .map(([character]) => character);

describe("trainBpe", () => {
  test.each([0, 1, 2])("merges like the reference, seed %d", (seed) => {
    const generator = new Generator(seed);
    const letters = generator.integers(new Int32Array(900), 0, 4);
    const lengths = generator.integers(new Int32Array(120), 1, 8);
    let at = 0;
    const words = [...lengths].map((length) => {
      at += length;
      return [...letters.subarray(at - length, at)].map((k) => "abcd"[k]).join("");
    });
    const { model } = trainBpe([words.join("\n")], { vocabSize: 320 });
    const lineBreaks = words.slice(1).map(() => "Ċ");
    expect(model.merges).toEqual(byDefinition([...words, ...lineBreaks], 64));
    expect(model.merges.length).toBeGreaterThan(40);
  });

  test("assigns ids to special tokens, bytes and merges", () => {
    const { model, added_tokens } = trainBpe(verse, {
      vocabSize: 300,
      specialTokens: ["<pad>", "<end>"],
    });
    expect(added_tokens.map(({ id, content }) => [id, content])).toEqual([
      [0, "<pad>"],
      [1, "<end>"],
    ]);
    const numbers = Object.values(model.vocab);
    expect([...numbers].sort((a, b) => a - b)).toEqual([...numbers.keys()]);
    expect(numbers.length).toBe(258 + model.merges.length);
    expect(numbers.length).toBeLessThanOrEqual(300);
    expect(model.vocab[model.merges[0]?.join("") as string]).toBe(258);
  });

  test("stops when no pair is frequent enough", () => {
    const few = trainBpe(verse, { vocabSize: 5000, minFrequency: 4 }).model.merges.length;
    const more = trainBpe(verse, { vocabSize: 5000 }).model.merges.length;
    expect(few).toBeGreaterThan(0);
    expect(more).toBeGreaterThan(few);
    expect(trainBpe(["a b c"], { vocabSize: 400 }).model.merges).toEqual([]);
  });

  test("refuses", () => {
    expect(() => trainBpe(verse, { vocabSize: 100 })).toThrow(
      "trainBpe: vocabSize is 100, but at least 256 tokens are needed",
    );
    expect(() => trainBpe(verse, { vocabSize: 300, specialTokens: ["<a>", "<a>"] })).toThrow(
      "a special token is repeated",
    );
  });
});

describe("SubwordTokenizer", () => {
  const json = trainBpe(verse, { vocabSize: 330, specialTokens: ["<pad>", "<end>"] });
  const tokenizer = new SubwordTokenizer(JSON.parse(JSON.stringify(json)) as TokenizerJSON);

  test.each([
    verse[0] as string,
    "never seen: 42 öre, 雪が降る 🐻\n\ttabs  and   spaces ",
    "it's 'quoted' I'll we've",
    " ",
    "",
  ])("%j is decoded without loss", (text) => {
    const ids = tokenizer.encode(text);
    expect(ids.every((id) => id >= 2 && id < tokenizer.size)).toBe(true);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  test("needs fewer tokens than bytes for known text", () => {
    const text = verse[0] as string;
    expect(tokenizer.encode(text).length).toBeLessThan(text.length / 2);
    expect(tokenizer.tokenize(text)).toHaveLength(tokenizer.encode(text).length);
    expect(tokenizer.indexOf(tokenizer.tokenize(text)[0] as string)).toBe(
      tokenizer.encode(text)[0],
    );
  });

  test("special tokens are not split, and are excluded unless requested", () => {
    const ids = tokenizer.encode("snow<end>");
    expect(ids.at(-1)).toBe(1);
    expect(tokenizer.decode(ids)).toBe("snow");
    expect(tokenizer.decode(ids, { special: true })).toBe("snow<end>");
  });

  test("returns the JSON that it was made from", () => {
    const copy = new SubwordTokenizer(JSON.parse(JSON.stringify(tokenizer)) as object);
    expect(copy.encode(verse[1] as string)).toEqual(tokenizer.encode(verse[1] as string));
  });

  test("reads a word-level JSON with a token for unknown words", () => {
    const words = {
      version: "1.0",
      added_tokens: [],
      normalizer: { type: "Lowercase" },
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: { type: "WordPiece", unk_token: "[UNK]", vocab: { "[UNK]": 0, snow: 1, bear: 2 } },
    };
    expect(new SubwordTokenizer(words).encode("Snow hare bear")).toEqual([1, 0, 2]);
  });

  test("refuses", () => {
    expect(() => new SubwordTokenizer({})).toThrow("SubwordTokenizer: not a tokenizer JSON");
    expect(() => new SubwordTokenizer({ model: { type: "Nothing", vocab: {} } })).toThrow(
      "SubwordTokenizer: cannot make a tokenizer from the JSON",
    );
    expect(() => tokenizer.decode([9999])).toThrow(
      "SubwordTokenizer.decode: there is no token 9999",
    );
    expect(() => tokenizer.indexOf("zzz")).toThrow(
      `"zzz" is not one of the ${tokenizer.size} tokens`,
    );
  });
});

describe("token ids", () => {
  const changed = (
    change: (json: { model: { vocab: Record<string, unknown> }; added_tokens: unknown[] }) => void,
  ) => {
    const json = structuredClone(trainBpe(verse, { vocabSize: 270 }));
    change(json as never);
    return () => new SubwordTokenizer(json);
  };
  test.each<[string, unknown, string]>([
    ["far beyond their count", 1e9, "is 1000000000, but there are 271 tokens"],
    ["below 0", -1, "is -1"],
    ["not whole", 1.5, "is 1.5"],
    ["not a number", [{ type: "Sequence" }], "is an array of 1"],
    ["a text", "7", 'is "7"'],
  ])("%s are refused", (_, id, text) => {
    expect(changed(({ model }) => Object.assign(model.vocab, { evil: id }))).toThrow(
      `SubwordTokenizer: the id of "evil" ${text}`,
    );
    const added = { id, content: "evil", special: true };
    expect(changed((json) => json.added_tokens.push(added))).toThrow('the id of "evil"');
  });

  test("may leave gaps", () => {
    const tokenizer = changed(({ model }) => Object.assign(model.vocab, { rare: 400 }))();
    expect(tokenizer.indexOf("rare")).toBe(400);
    expect(tokenizer.decode(tokenizer.encode("the more"))).toBe("the more");
  });
});
