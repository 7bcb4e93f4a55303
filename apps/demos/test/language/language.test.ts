import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { inEnglish, plural, speak, type Table, t } from "../../src/shared/language.ts";
import { lookupsIn, parse, textsIn } from "./texts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Files that are shown to nobody in the reader's language: a page of the docs, files of a run. */
const english =
  /^src\/(all|results)\.ts$|^src\/\w+\/picture\.ts$|^src\/shared\/(figure|mistakes|panels)\.ts$|^src\/pipeline\/(report|request|server|visit)\.ts$|^src\/transfer\/drawings\.ts$/;

/** Texts that are the same in every language, or that the program alone reads. */
const untranslated = new Set([
  "wgrad ",
  "WebGPU",
  "WebAssembly",
  "ReLU",
  "tanh",
  "sigmoid",
  "LoRA",
  "Adagrad",
  "Adam",
  "{} kB",
  "{} MB",
  "pnpm demo {}",
  "pnpm demo {}\npnpm demo {} --help",
  '<iframe src="{}" title="{}" width="720" height="640" style="border:0"></iframe>',
  "Space",
  "select, textarea, [contenteditable]",
  "button, a, summary, input:not([type=range])",
  "600 12px system-ui, sans-serif",
  '{} {}px system-ui, "Open Sans", sans-serif',
  "translate({} {})",
  "color-mix(in oklab, var(--high) {}%, var(--low))",
  "cart first",
  "DeviceError",
  "FetchError",
  "wgrad gallery {} ",
  "wgrad {}, Node {}",
  "--save {}",
  "hsl({} {}% {}%)",
  "char-BLEU",
  "NAME",
  "FILE",
  "PORT",
  "DIR",
  "quick|full",
  "en|zh",
  "File",
  "Directory",
  "scikit-learn",
  "scipy",
  "LinearSVC",
  "LSTM",
  "ARI",
  "PCA",
  "PSI",
  "KS",
  "NetworkRegressor",
  "NetworkRegressor: not fitted yet\n  hint: await model.fit(x, y)",
  // Names that results and pictures keep in English.
  "Residential",
  "Condo",
  "Multi_Family",
  "nearest mean",
  "policy gradient",
  "double deep Q",
  "to where it leans and turns",
  "network of {} units",
  "digits of 8×8 dots",
  "MNIST, 28×28 dots",
  "Plain",
  "With dropout and weight decay",
  "From a question to a model at work",
  "What is a house in Sacramento worth? The ten steps, with wgrad",
  "sun hand money night street bread music horse garden letter table winter paper door church river fire book king doctor",
  // What English models are asked.
  "Fellow-Citizens of the ",
  "The film was far too long.",
  "The movie just would not end.",
  "My new headphones broke within a week.",
  "The earphones stopped working after a few days.",
  "We waited an hour for our soup.",
  "The sound is awful",
  "Our waiter was rude",
  "The actors are wonderful",
  "Call me Ishmael",
  "The people of the ",
  "The headphones broke after two days.",
  "My earphones stopped working within a week.",
  "The food was good, but the service was terrible and I will not be back.",
  "'{0}' is not a module.",
]);

const programs = ["src", "web"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join(folder, file),
    ),
  )
  .filter((file) => file.endsWith(".ts"))
  .sort();
const files = programs.filter((file) => !/\/zh\/|shared\/language\.ts$/.test(file));
const parsed = new Map(files.map((file) => [file, parse(join(root, file))]));

const tables = new Map<string, Table>();
for (const file of programs.filter((each) => each.includes("/zh/"))) {
  if (file === "src/zh/index.ts") continue;
  const { zh } = (await import(join(root, file))) as { readonly zh: Table };
  tables.set(file, zh);
}

/** What the gallery loads of the lessons. */
const inGallery = new Set<string>();
const follow = (file: string): void => {
  if (inGallery.has(file) || !parsed.has(file)) return;
  inGallery.add(file);
  const text = readFileSync(join(root, file), "utf8");
  for (const [, path = ""] of text.matchAll(/(?:from |import\()"(\.[^"?]+\.ts)"/g)) {
    follow(relative(root, join(root, dirname(file), path)));
  }
};
for (const file of files) if (file.startsWith("web/")) follow(file);

/** The tables that are loaded before a text is looked up. */
function tablesOf(file: string, place: number): string[] {
  const [top, second = "", third] = file.split("/");
  if (top === "src") {
    const own = inGallery.has(file) || second === "shared" ? [] : [`src/zh/${second}`];
    const command = own.length > 0 && file.split("/").length === 2 ? ["src/zh/command.ts"] : [];
    return ["src/zh/shared.ts", ...own.map((path) => `${path}.ts`), ...command];
  }
  const always = ["web/zh/gallery.ts", "web/zh/page.ts"];
  if (second === "pages") return [...always, `web/zh/pages/${third}.ts`];
  if (second !== "endings") return always;
  const before = parsed.get(file)?.text.slice(0, place) ?? "";
  const page = [...before.matchAll(/^ {2}(\w+): \(\) => \(\{$/gm)].at(-1)?.[1];
  return [...always, `web/zh/pages/${page}.ts`];
}

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the language of the demos", () => {
  test("every text that is shown is looked up", () => {
    const outside = files
      .filter((file) => !english.test(file))
      .flatMap((file) =>
        textsIn(parsed.get(file) as never)
          .filter(({ text }) => !untranslated.has(text))
          .map(({ text, line }) => `${file}:${line}: t(${JSON.stringify(text)}) is missing`),
      );
    expect(outside).toEqual([]);
  });

  test("every text that is looked up has a Chinese one, in a table that is loaded by then", () => {
    const missing = files.flatMap((file) =>
      lookupsIn(parsed.get(file) as never).flatMap(({ call, keys, line }) => {
        const key = keys.at(-1);
        if (key === null || key === undefined) return `${file}:${line}: the text is no literal`;
        const loaded = tablesOf(file, call.getStart());
        const found = loaded.some((table) => Object.hasOwn(tables.get(table) ?? {}, key));
        return found ? [] : `${file}:${line}: ${JSON.stringify(key)} in ${loaded.join(" or ")}`;
      }),
    );
    expect(missing).toEqual([]);
  });

  test("every Chinese text is looked up somewhere, once", () => {
    const asked = new Set(
      files.flatMap((file) => lookupsIn(parsed.get(file) as never).map(({ keys }) => keys.at(-1))),
    );
    const idle = [...tables].flatMap(([file, table]) =>
      file.endsWith("/names.ts")
        ? []
        : Object.keys(table)
            .filter((key) => !asked.has(key))
            .map((key) => `${file}: ${key}`),
    );
    expect(idle).toEqual([]);
    for (const folder of ["src", "web"]) {
      const keys = [...tables]
        .filter(([file]) => file.startsWith(folder))
        .flatMap(([, table]) => Object.keys(table));
      expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    }
  });

  test("translations keep the placeholders, and are Chinese", () => {
    const wrong = [...tables].flatMap(([file, table]) =>
      Object.entries(table)
        .filter(([key, text]) => placeholders(key).join() !== placeholders(text).join())
        .map(([key]) => `${file}: ${key}`),
    );
    expect(wrong).toEqual([]);
    const left = [...tables].flatMap(([file, table]) =>
      Object.entries(table)
        .filter(([key, text]) => text === key || !/[\u4e00-\u9fff]|^\{\w+\}/.test(text))
        .map(([key]) => `${file}: ${key}`),
    );
    expect(left.filter((each) => !/names\.ts: gpt$/.test(each))).toEqual([]);
  });

  test("a text is filled in; a count chooses its form in English alone", () => {
    const said = (count: number): string =>
      plural(count, "{count} move", "{count} moves", { count });
    expect([said(1), said(2)]).toEqual(["1 move", "2 moves"]);
    expect(t("{a} of {b}", { a: 1, b: 2 })).toBe("1 of 2");
    speak("zh", { "{count} moves": "{count} 步", "{a} of {b}": "{b} 之 {a}" });
    try {
      expect([said(1), said(2)]).toEqual(["1 步", "2 步"]);
      expect(t("{a} of {b}", { a: 1, b: 2 })).toBe("2 之 1");
      expect(inEnglish(() => t("{a} of {b}", { a: 1, b: 2 }))).toBe("1 of 2");
      expect(said(2)).toBe("2 步");
    } finally {
      speak("en");
    }
    expect(said(1)).toBe("1 move");
  });
});
