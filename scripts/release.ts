/**
 * `pnpm release --versions` computes versions and change logs from the changesets; `pnpm release`
 * publishes; `pnpm release --dry-run` does both in a copy, with a registry on this machine.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { rehearse } from "./release/rehearse.ts";
import { computeVersions } from "./release/versions.ts";

const { values } = parseArgs({
  options: { "dry-run": { type: "boolean" }, versions: { type: "boolean" } },
});

if (values.versions) {
  computeVersions("changeset", process.cwd());
} else if (values["dry-run"]) {
  const { registry, version, packages } = await rehearse();
  for (const name of packages) console.log(`${name}@${version}`);
  console.log(`${packages.length} packages were packed, checked and published to ${registry.url}`);
  await registry.close();
} else {
  for (const command of ["turbo run build bundle", "changeset publish"]) {
    const [program = "", ...args] = command.split(" ");
    const shell = process.platform === "win32";
    const { status } = spawnSync(program, args, { stdio: "inherit", shell });
    if (status !== 0) process.exit(status ?? 1);
  }
}
