import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest although they are small; each would occupy one worker at the end. */
const LONGEST: readonly string[] = [
  "apps/demos/test/web/gallery.test.ts",
  "packages/autograd/test/laws/laws.test.ts",
  "scripts/golden/cases.test.ts",
  "scripts/golden/pretrained/pretrained.node.test.ts",
  "apps/demos/test/lessons.test.ts",
  "apps/demos/test/web/refusals.test.ts",
  "apps/demos/test/web/controls.test.ts",
  "packages/autograd/test/laws/long-run.node.test.ts",
  "scripts/counts.test.ts",
  "scripts/laws/laws.test.ts",
  "packages/autograd/test/runtime/plan-cache.test.ts",
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return rank < 0 ? LONGEST.length : rank;
};

/** The usual order of test files, but with the longest of each project first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).toSorted((a, b) => rankOf(a) - rankOf(b)),
    );
  }
}
