/** Types of the part of the package that is used; it ships none. */
declare module "stopword" {
  /** English stop words. */
  export const eng: readonly string[];
}
