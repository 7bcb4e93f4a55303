import type { Page } from "./page/definition.ts";
import housing from "./pages/housing/icon.svg?raw";

/** A page as the gallery shows it. */
export interface Entry {
  readonly title: string;
  readonly summary: string;
  /** A small drawing, in the colours of the style sheet. */
  readonly icon: string;
  /** Each is loaded only when it is opened. */
  readonly load: () => Promise<{ readonly page: Page }>;
}

/** The pages, in the order to take them. */
export const pages: Readonly<Record<string, Entry>> = {
  housing: {
    title: "What is a house worth?",
    summary: "A straight line finds its way through real prices.",
    icon: housing,
    load: () => import("./pages/housing/page.ts"),
  },
};
