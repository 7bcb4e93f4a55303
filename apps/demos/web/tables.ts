import { type Language, language, speak, type Table } from "../src/shared/language.ts";

/** What the table of a language is called; the page's thread and its worker load what they show. */
const tables = import.meta.glob<Table>(["./zh/**/*.ts", "../src/zh/shared.ts"], {
  import: "zh",
});

const loaded = new Map<string, Promise<void>>();

/**
 * Loads the tables of the chosen language with these names, before what uses them is evaluated:
 * `gallery`, `page`, or that of one page. English needs none.
 */
export async function learn(
  names: readonly string[],
  chosen: Language = language(),
): Promise<void> {
  speak(chosen);
  if (chosen === "en") return;
  const paths = names.flatMap((name) => [
    `./${chosen}/${name}.ts`,
    `./${chosen}/pages/${name}.ts`,
    `../src/${chosen}/${name}.ts`,
  ]);
  await Promise.all(paths.map(load));
}

function load(path: string): Promise<void> {
  let loading = loaded.get(path);
  loading ??= (tables[path]?.() ?? Promise.resolve({})).then((table) => speak(language(), table));
  loaded.set(path, loading);
  return loading;
}
