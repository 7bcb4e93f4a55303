/** `pnpm check`: all checks that need neither a device nor a network. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const steps: Record<string, string> = {
  "format and lint": "biome ci --error-on-warnings .",
  types: "pnpm typecheck",
  imports: "tsx scripts/check-imports.ts",
  "unused code": "knip",
  packages: "turbo run check:exports --continue --output-logs=errors-only",
  size: "size-limit",
  changesets: "changeset status",
};

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
};
const failed: string[] = [];
for (const [name, command] of Object.entries(steps)) {
  const start = performance.now();
  const [program = "", ...args] = command.split(" ");
  const run = spawnSync(program, args, {
    env,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const passed = run.status === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${passed ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (!passed) {
    failed.push(name);
    console.log(`$ ${command}\n${run.stdout ?? ""}${run.stderr ?? ""}${run.error?.message ?? ""}`);
  }
}
const passed = Object.keys(steps).length - failed.length;
mkdirSync(".reports", { recursive: true });
writeFileSync(".reports/check.json", JSON.stringify({ passed, failed }));
console.log(
  `${passed} checks passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(", ")}` : ""}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
