import type { Begin } from "./run.ts";

/** What each page trains; loaded when it is asked for. */
export const lessons: Readonly<Record<string, () => Promise<{ readonly begin: Begin }>>> = {
  housing: () => import("../pages/housing/lesson.ts"),
};
