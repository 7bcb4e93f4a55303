/** The part of the package that is used; it ships no types. */
declare module "stopword" {
  /** English stop words. */
  export const eng: readonly string[];
}
