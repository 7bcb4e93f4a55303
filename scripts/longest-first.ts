import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, though they are short; each would keep a single worker busy at the end. */
const LONGEST: readonly string[] = [
  "apps/demos/test/lessons.test.ts",
  "scripts/golden/cases.test.ts",
  "apps/demos/test/web/gallery.test.ts",
  "apps/demos/test/web/recovery.test.ts",
  "packages/autograd/test/fuzz/fuzz.test.ts",
  "scripts/counts.test.ts",
  "scripts/plugin.test.ts",
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return rank < 0 ? LONGEST.length : rank;
};

/** The order of test files: as ever, but the longest of each project first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).toSorted((a, b) => rankOf(a) - rankOf(b)),
    );
  }
}
