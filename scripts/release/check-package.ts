/** Requirements of a package before anyone installs it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The fields of package.json that are checked. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly bugs?: { readonly url?: string };
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Reads the package.json of a folder. */
export const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

const repository = "https://github.com/wgrad/wgrad";

/** Missing fields that npm shows or that prove the origin of a build. */
export function checkFields(manifest: Manifest, directory: string): string[] {
  const { name, description, license, homepage, bugs, engines, publishConfig } = manifest;
  const wanted: Readonly<Record<string, boolean>> = {
    "a description": (description ?? "").length > 20,
    "license MIT": license === "MIT",
    [`repository.url git+${repository}.git`]: manifest.repository?.url === `git+${repository}.git`,
    [`repository.directory ${directory}`]: manifest.repository?.directory === directory,
    "a homepage": homepage?.startsWith(repository) === true,
    "bugs.url": bugs?.url === `${repository}/issues`,
    "engines.node": engines?.node !== undefined,
    "publishConfig.access public": publishConfig?.access === "public",
    "publishConfig.provenance": publishConfig?.provenance === true,
  };
  return Object.entries(wanted).flatMap(([what, is]) =>
    is ? [] : [`${name}: ${what} is missing`],
  );
}

/** Every file that an entry point names. */
function filesOf(exported: unknown): string[] {
  if (typeof exported === "string") return [exported];
  return Object.values((exported ?? {}) as object).flatMap(filesOf);
}

/** Faults of a packed package, unpacked in `folder`. */
export function checkPacked(folder: string, version: string, bundled: boolean): string[] {
  const manifest = manifestIn(folder);
  const { name } = manifest;
  const problems: string[] = [];
  const must = (is: boolean, problem: string): void => {
    if (!is) problems.push(`${name}: ${problem}`);
  };
  must(manifest.version === version, `its version is ${manifest.version}, expected ${version}`);
  const readme = join(folder, "README.md");
  must(
    existsSync(readme) && readFileSync(readme, "utf8").startsWith(`# ${name}\n`),
    "README.md does not start with its name",
  );
  must(existsSync(join(folder, "LICENSE")), "LICENSE is missing");
  for (const file of [...filesOf(manifest.exports), ...Object.values(manifest.bin ?? {})]) {
    must(existsSync(join(folder, file)), `it does not contain ${file}`);
  }
  must(!JSON.stringify(manifest.exports ?? {}).includes("@wgrad/source"), "exports name sources");
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
  for (const [other, range] of Object.entries(needed)) {
    must(!/^(workspace|catalog):/.test(range), `${other} is at "${range}"`);
    if (other.startsWith("@wgrad/")) {
      must(range === `^${version}`, `it needs ${other} at "${range}", expected "^${version}"`);
    }
  }
  if (bundled) {
    const bundle = join(folder, "dist/bundle");
    must(
      existsSync(bundle) && readdirSync(bundle).includes("index.js"),
      "dist/bundle/index.js is missing: run pnpm bundle",
    );
  }
  must(
    !existsSync(join(folder, "src")) && !existsSync(join(folder, "test")),
    "it contains sources",
  );
  return problems;
}
