/** What a page must show in the tests; every page of the gallery has a line. */
export interface Expected {
  /** A number of the page (`loss`, or a measure) when it has trained as it opens. */
  readonly reaches: { readonly measure: string; readonly least?: number; readonly most?: number };
  /** Trained to its end in the quick tier too. */
  readonly quick?: boolean;
  /** Settings to choose first, by label, where the defaults are more than the quick tier has time for. */
  readonly why?: string;
}

export const expected: Readonly<Record<string, Expected>> = {
  housing: { reaches: { measure: "r2", least: 0.366 }, quick: true },
};
