/// <reference path="./stopword.d.ts" />
import { checkCall } from "@wgrad/autograd/plugin";

import { stemmer } from "stemmer";
import { eng } from "stopword";

/**
 * English words that say little of what a text is about, in small letters: the list of the package
 * `stopword`.
 */
export const stopWords: ReadonlySet<string> = new Set(eng);

/**
 * The tokens that are no stop words. Other languages' lists come from the package `stopword`:
 * `removeStopWords(tokens, new Set(deu))`.
 */
export function removeStopWords(
  tokens: readonly string[],
  words: ReadonlySet<string> = stopWords,
): string[] {
  checkCall("removeStopWords(tokens, words?)", arguments);
  return tokens.filter((token) => !words.has(token.toLowerCase()));
}

/**
 * What an English word has in common with its forms: "trains", "trained" and "training" give
 * "train" (Porter 1980).
 */
export function stem(word: string): string {
  if (arguments.length > 1) checkCall("stem(word: string)", arguments);
  return stemmer(word);
}
