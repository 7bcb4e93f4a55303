import type { Source } from "../sources/open.ts";
import { DataError } from "../table/error.ts";

/** Where the files of a data set are, by what each is. */
export type Files<Name extends string> = Readonly<Record<Name, Source>>;

/** The files of a data set that an npm package brings. */
export interface PackageFiles<Name extends string> {
  /** Whom messages name. */
  readonly loader: string;
  /** The npm package, and how to install it where that is not its name. */
  readonly package: string;
  readonly install?: string;
  /** Paths inside the package. */
  readonly files: Readonly<Record<Name, string>>;
}

/**
 * The files that `from` gives, else those of the installed package (Node only), found as the running project finds it.
 *
 * Throws DataError that says what to install or to pass.
 */
export function filesOf<Name extends string>(
  wanted: PackageFiles<Name>,
  from: Files<Name> | undefined,
): Files<Name> {
  if (from !== undefined) return from;
  const root = packageRoot(wanted.package);
  if (root === null) throw missing(wanted);
  const entries = Object.entries<string>(wanted.files).map(([name, path]) => [
    name,
    `${root}/${path}`,
  ]);
  return Object.fromEntries(entries) as Files<Name>;
}

function missing({
  loader,
  package: name,
  install = name,
  files,
}: PackageFiles<string>): DataError {
  const fields = Object.keys(files).map((file) => `${file}: "https://…"`);
  const inNode = globalThis.process?.getBuiltinModule !== undefined;
  const what = inNode ? `the npm package ${name} is not installed` : "a page has no npm packages";
  const cure = inNode ? `npm install ${install}, or say` : "say";
  return new DataError(
    `${loader}: ${what}\n  hint: ${cure} where its files are: ${loader}({ from: { ${fields.join(", ")} } })`,
  );
}

/** The folder of an installed package, as the working folder, the program or this library would find it; or null. */
function packageRoot(name: string): string | null {
  const { process } = globalThis;
  const modules = process?.getBuiltinModule?.("node:module");
  if (modules === undefined) return null;
  for (const start of [`${process.cwd()}/`, process.argv[1], import.meta.url]) {
    if (start === undefined) continue;
    for (const folder of modules.createRequire(start).resolve.paths(name) ?? []) {
      const root = `${folder}/${name}`;
      if (process.getBuiltinModule("node:fs").existsSync(`${root}/package.json`)) return root;
    }
  }
  return null;
}
