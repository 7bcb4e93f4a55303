import {
  isLanguage,
  type Language,
  language,
  languageOf,
  languages,
  oneOf,
  speak,
  t,
} from "./shared/language.ts";
import { UsageError } from "./shared/usage-error.ts";

/** The language that a terminal asks for: by LC_ALL, else LC_MESSAGES, else LANG. */
export function languageIn(env: Readonly<Record<string, string | undefined>>): Language {
  return languageOf(env.LC_ALL || env.LC_MESSAGES || env.LANG || "") ?? "en";
}

/** From now on the lessons say things in this language. */
export async function speakAs(chosen: Language): Promise<void> {
  if (chosen === "en") speak("en");
  else speak(chosen, ...(await import("./zh/index.ts")).zh);
}

/** The language that `--lang` chooses, wherever it stands, and the other arguments. */
export function takeLang(args: readonly string[]): {
  readonly chosen: Language | null;
  readonly rest: readonly string[];
} {
  const at = args.findIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  if (at < 0) return { chosen: null, rest: args };
  const joined = args[at]?.includes("=") === true;
  const name = joined ? args[at]?.slice("--lang=".length) : args[at + 1];
  if (!isLanguage(name)) {
    const names = oneOf(Object.keys(languages));
    throw new UsageError(t('--lang is "{name}"; it is {names}', { name: name ?? "", names }));
  }
  return { chosen: name, rest: args.toSpliced(at, joined ? 1 : 2) };
}

/** What chooses the language of now on a command line. */
export const langOption = (): string[] => (language() === "en" ? [] : ["--lang", language()]);
