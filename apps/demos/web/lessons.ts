import { language } from "../src/shared/language.ts";

/** What each lesson of the command line takes and gives, in its author's words. */
const about = import.meta.glob<string>(["../src/*/README.md", "../src/*/README.zh.md"], {
  query: "?raw",
  import: "default",
});

/** The lessons' programs. */
const programs = import.meta.glob<string>("../src/*/*.ts", { query: "?raw", import: "default" });

const folderOf = (path: string): string => path.split("/").at(-2) as string;
const fileOf = (path: string): string => path.split("/").at(-1) as string;

/** Every lesson: a folder with a `demo.ts`, the parts that they share left out. */
export const lessons: readonly string[] = Object.keys(programs)
  .filter((path) => fileOf(path) === "demo.ts" && folderOf(path) !== "shared")
  .map(folderOf);

export const lessonAddress = (name: string): string => `#/lesson/${name}`;

export interface Lesson {
  /** Lines, with code between backquotes. */
  readonly about: readonly string[];
  /** Its files, the one that tells the story first. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
}

export async function loadLesson(name: string): Promise<Lesson> {
  const file = language() === "en" ? "README.md" : `README.${language()}.md`;
  const text = (await about[`../src/${name}/${file}`]?.()) ?? "";
  const files = Object.entries(programs).filter(([path]) => folderOf(path) === name);
  const sources = await Promise.all(
    files.map(async ([path, load]) => ({ name: fileOf(path), text: await load() })),
  );
  const first = ({ name: file }: { readonly name: string }): number => Number(file !== "demo.ts");
  return {
    about: text.trim().split("\n"),
    sources: sources.toSorted((a, b) => first(a) - first(b)),
  };
}
