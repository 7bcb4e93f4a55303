/** `pnpm run docs`: the whole site, in apps/docs/dist. */
import { spawnSync } from "node:child_process";
import { build } from "vitepress";
import { checkSite } from "./check.ts";
import { app, root, site } from "./places.ts";
import { preparePublic } from "./public.ts";
import { writeReference } from "./reference.ts";

const base = process.env.WGRAD_SITE_BASE ?? "/";

function run(command: string): void {
  const [program = "", ...args] = command.split(" ");
  const options = { cwd: root, stdio: "inherit", shell: process.platform === "win32" } as const;
  const { status } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${command} failed`);
}

run("pnpm turbo run bundle --output-logs=errors-only");
run("pnpm --filter @wgrad/demos build --logLevel warn");
preparePublic();
await writeReference();
await build(app);
const problems = checkSite(site, base);
for (const problem of problems) console.error(problem);
if (problems.length > 0) throw new Error(`${problems.length} links of the site lead nowhere`);
console.log(`the site is in ${site}`);
