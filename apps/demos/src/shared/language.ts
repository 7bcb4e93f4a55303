/** The languages that people can choose, each as it calls itself. */
export const languages = { en: "English", zh: "中文" } as const;

export type Language = keyof typeof languages;

/** English text → its translation. */
export type Table = Readonly<Record<string, string>>;

/** The names between braces in a text. */
type Name<Text extends string> = Text extends `${string}{${infer First}}${infer Rest}`
  ? First | Name<Rest>
  : never;

type Value = string | number | null | undefined;

type Values<Text extends string> = [Name<Text>] extends [never]
  ? []
  : [values: Readonly<Record<Name<Text>, Value>>];

const locales: Readonly<Record<Language, string>> = { en: "en", zh: "zh-CN" };

let spoken: Language = "en";
let translations: Table = {};

export const language = (): Language => spoken;

/** The language for `Intl`. */
const locale = (): string => locales[spoken];

export const isLanguage = (name: unknown): name is Language =>
  typeof name === "string" && Object.hasOwn(languages, name);

/** The language of a locale such as `zh-CN` or `zh_CN.UTF-8`; null if it is none of ours. */
export function languageOf(tag: string): Language | null {
  const [name] = tag.toLowerCase().split(/[-_.]/);
  return isLanguage(name) ? name : null;
}

/** Chooses the language; later tables of it are added to earlier ones. */
export function speak(chosen: Language, ...tables: readonly Table[]): void {
  translations = Object.assign({}, chosen === spoken ? translations : {}, ...tables);
  spoken = chosen;
}

/**
 * A text in the chosen language, with `values` in place of the names between braces. The English
 * text is the key; without a translation it is shown as it is.
 */
export function t<const Text extends string>(text: Text, ...[values]: Values<Text>): string {
  return filled(known(text), values);
}

/** The same for a text that depends on a count: one, or more (which is the key). */
export function plural<const One extends string, const Many extends string>(
  count: number,
  one: One,
  many: Many,
  ...[values]: Values<`${One}${Many}`>
): string {
  return filled(spoken === "en" && count === 1 ? one : known(many), values);
}

/** The translation of a text that is data: the name of a measure, a class, a data set. */
export const known = (text: string): string =>
  Object.hasOwn(translations, text) ? (translations[text] as string) : text;

/** What `say` gives in English, whatever language is chosen: for results that programs read. */
export function inEnglish<Result>(say: () => Result): Result {
  const chosen = spoken;
  const table = translations;
  [spoken, translations] = ["en", {}];
  try {
    return say();
  } finally {
    [spoken, translations] = [chosen, table];
  }
}

/** A number with the separators of the chosen language. */
export const grouped = (value: number): string => value.toLocaleString(locale());

/** "a, b or c". */
export const oneOf = (values: readonly string[]): string =>
  new Intl.ListFormat(spoken === "en" ? "en-GB" : locale(), { type: "disjunction" }).format(values);

const filled = (text: string, values: Readonly<Record<string, Value>> = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (name, key: string) => String(values[key] ?? name));
