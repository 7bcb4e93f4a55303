/** Computes versions from changesets. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The range of packages that are always released together. */
const TOGETHER = '"workspace:^"';
/** The range that replaces it while versions are computed. */
const ANY = '"workspace:>=0.0.0"';

/**
 * Runs `changeset version` in a clone of the repository.
 *
 * Before 1.0, each minor release leaves the range `^0.1.0` of peer dependencies. Changesets would
 * take that for a breaking change and release 1.0.0, so the ranges are widened while it runs.
 */
export function computeVersions(command: string, clone: string): void {
  const manifests = readdirSync(join(clone, "packages")).map((name) =>
    join(clone, "packages", name, "package.json"),
  );
  replaceIn(manifests, TOGETHER, ANY);
  try {
    const shell = process.platform === "win32";
    execFileSync(command, ["version"], { cwd: clone, stdio: "pipe", encoding: "utf8", shell });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`$ changeset version\n${stdout}${stderr}`);
  } finally {
    replaceIn(manifests, /"workspace:>=[\d.]+"/g, TOGETHER);
  }
}

function replaceIn(files: readonly string[], from: string | RegExp, to: string): void {
  for (const file of files) {
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to));
  }
}
