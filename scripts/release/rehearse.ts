/** Rehearses a release with a registry on this machine. */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { checkFields, checkPacked, type Manifest, manifestIn } from "./check-package.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { computeVersions } from "./versions.ts";

const root = resolve(import.meta.dirname, "../..");

/** A rehearsed release. */
export interface Rehearsal {
  readonly registry: Registry;
  readonly version: string;
  readonly packages: readonly string[];
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): string {
  const options = {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", TURBO_TELEMETRY_DISABLED: "1", ...env },
    encoding: "utf8",
    stdio: "pipe",
    shell: process.platform === "win32",
    maxBuffer: 1e8,
  } as const;
  try {
    return execFileSync(command, args, options);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`$ ${command} ${args.join(" ")}\n${stdout}${stderr}`);
  }
}

/** Folders of the packages that are published. */
export const published = (): string[] =>
  readdirSync(join(root, "packages"))
    .map((name) => join("packages", name))
    .filter((folder) => manifestIn(join(root, folder)).private !== true);

/**
 * Builds all packages, computes their versions from the changesets in a copy, packs and checks them
 * there, and publishes them to a local registry. The caller closes the registry.
 */
export async function rehearse(): Promise<Rehearsal> {
  const folders = published();
  const missing = folders.flatMap((folder) => checkFields(manifestIn(join(root, folder)), folder));
  if (missing.length > 0) throw new Error(missing.join("\n"));
  run("pnpm", ["turbo", "run", "build", "bundle", "--output-logs=errors-only"], root);
  const copy = mkdtempSync(join(tmpdir(), "wgrad-release-"));
  try {
    copyTo(copy, folders);
    computeVersions(join(root, "node_modules/.bin/changeset"), copy);
    const version = versionOf(folders.map((folder) => manifestIn(join(copy, folder))));
    const archives = folders.map((folder) => packed(join(copy, folder), version));
    const registry = await startRegistry();
    try {
      await publish(archives, registry);
    } catch (error) {
      await registry.close();
      throw error;
    }
    const packages = folders.map((folder) => manifestIn(join(copy, folder)).name);
    return { registry, version, packages };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Copies the files that versions are computed from and packages are packed from. */
function copyTo(copy: string, folders: readonly string[]): void {
  for (const file of ["package.json", "pnpm-workspace.yaml", ".changeset"]) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  for (const app of readdirSync(join(root, "apps"))) {
    mkdirSync(join(copy, "apps", app), { recursive: true });
    cpSync(join(root, "apps", app, "package.json"), join(copy, "apps", app, "package.json"));
  }
  const left = new Set(["node_modules", "src", "test", ".turbo"]);
  for (const folder of folders) {
    const filter = (path: string): boolean =>
      dirname(path) !== join(root, folder) || !left.has(basename(path));
    cpSync(join(root, folder), join(copy, folder), { recursive: true, filter });
    linkPackages(copy, folder);
  }
  // the change log names the commit of a change
  const author = ["-c", "user.name=release", "-c", "user.email=release@localhost"];
  run("git", ["init", "-q", "-b", "main"], copy);
  run("git", ["add", "package.json", ".changeset"], copy);
  run("git", [...author, "commit", "-q", "-m", "changes to release"], copy);
}

/**
 * Links the packages that a package depends on, so that their versions are written into its
 * manifest.
 */
function linkPackages(copy: string, folder: string): void {
  const { dependencies, devDependencies, peerDependencies } = manifestIn(join(root, folder));
  const needed = { ...dependencies, ...devDependencies, ...peerDependencies };
  for (const name of Object.keys(needed).filter((each) => each.startsWith("@wgrad/"))) {
    const at = join(copy, folder, "node_modules", name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(copy, "packages", basename(name)), at, "junction");
  }
}

function versionOf(manifests: readonly Manifest[]): string {
  const versions = new Set(manifests.map(({ version }) => version));
  if (versions.size !== 1) {
    const list = manifests.map(({ name, version }) => `${name} ${version}`);
    throw new Error(`packages of one release must have one version:\n${list.join("\n")}`);
  }
  return [...versions][0] as string;
}

/** Packs a package and checks the archive. */
function packed(folder: string, version: string): string {
  run("pnpm", ["pack", "--pack-destination", folder], folder);
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`${folder}: nothing was packed`);
  const inside = join(folder, "unpacked");
  mkdirSync(inside);
  run("tar", ["-xzf", join(folder, archive), "-C", inside], folder);
  const bundled = manifestIn(folder).scripts?.bundle !== undefined;
  const problems = checkPacked(join(inside, "package"), version, bundled);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  if (!existsSync(join(inside, "package/package.json"))) throw new Error(`${archive} is empty`);
  return join(folder, archive);
}

async function publish(archives: readonly string[], { url, npmrc }: Registry): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: "", npm_config_userconfig: npmrc };
  const shell = process.platform === "win32";
  // provenance needs a service that runs the build, and there is none here
  const args = ["--registry", url, "--provenance=false", "--access", "public"];
  for (const archive of archives) {
    await promisify(execFile)("npm", ["publish", archive, ...args], { env, shell });
  }
}
