import type { LinkageMethod } from "@wgrad/classic";
import { type LabelledTable, loadDigits, loadIris } from "@wgrad/datasets/data";

/** What scipy 1.17.1 finds by one linkage. */
interface Figures {
  /** How the heights at which two rows are joined correlate with their distances. */
  readonly cophenetic: number;
  /** Adjusted Rand index of as many clusters as classes, and the classes. */
  readonly ari: number;
}

/** Rows to be joined, and what each linkage makes of them. */
export interface Problem {
  readonly name: string;
  readonly load: () => Promise<LabelledTable>;
  readonly figures: Readonly<Partial<Record<LinkageMethod, Figures>>>;
}

/** The linkages that are compared. */
export const METHODS = ["single", "complete", "average", "ward"] as const;

export const problems: readonly Problem[] = [
  {
    name: "iris",
    load: loadIris,
    figures: {
      single: { cophenetic: 0.8639, ari: 0.5638 },
      complete: { cophenetic: 0.7268, ari: 0.6423 },
      average: { cophenetic: 0.877, ari: 0.7592 },
      ward: { cophenetic: 0.8728, ari: 0.7312 },
    },
  },
  {
    name: "digits",
    load: loadDigits,
    figures: {
      single: { cophenetic: 0.422, ari: 0 },
      complete: { cophenetic: 0.5417, ari: 0.4287 },
      average: { cophenetic: 0.6614, ari: 0.5142 },
      ward: { cophenetic: 0.5663, ari: 0.794 },
    },
  },
];
