/// <reference path="./stopword.d.ts" />
import { checkCall } from "@wgrad/autograd/plugin";

import { stemmer } from "stemmer";
import { eng } from "stopword";

/** English stop words in lower case, from the package `stopword`. */
export const stopWords: ReadonlySet<string> = new Set(eng);

/**
 * Removes stop words. For other languages use the lists of the package `stopword`:
 * `removeStopWords(tokens, new Set(deu))`.
 */
export function removeStopWords(
  tokens: readonly string[],
  words: ReadonlySet<string> = stopWords,
): string[] {
  checkCall("removeStopWords(tokens: string[], words?: object)", arguments);
  return tokens.filter((token) => !words.has(token.toLowerCase()));
}

/** The stem of an English word: "trains", "trained" and "training" give "train" (Porter 1980). */
export function stem(word: string): string {
  checkCall("stem(word: string)", arguments);
  return stemmer(word);
}
