/** Files that the site serves as they are, beside its pages: bundles, the gallery, the frame in which samples run. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packages } from "./parts.ts";
import { app, root } from "./places.ts";

const files = join(app, "public");

interface Manifest {
  readonly exports: Record<string, { readonly "@wgrad/source": string }>;
  readonly scripts: Record<string, string>;
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));

/** The packages that a page can use. */
const bundled = packages.filter((name) => manifestOf(name).scripts.bundle !== undefined);

/** What can be imported from the bundles: addresses beside the frame. */
function importMap(): Record<string, string> {
  const imports: Record<string, string> = {};
  for (const name of bundled) {
    const folder = join(root, "packages", name);
    const { exports } = manifestOf(name);
    for (const [path, { "@wgrad/source": source }] of Object.entries(exports)) {
      const file = `${basename(source, ".ts")}.js`;
      if (!existsSync(join(folder, "dist/bundle", file))) continue;
      imports[`@wgrad/${join(name, path)}`] = `../wgrad/${name}/${file}`;
    }
  }
  return imports;
}

/** Copies what `pnpm bundle` and the gallery's build made to where the site serves it. */
export function preparePublic(): void {
  for (const name of ["wgrad", "gallery"]) {
    rmSync(join(files, name), { recursive: true, force: true });
  }
  for (const name of bundled) {
    const bundle = join(root, "packages", name, "dist/bundle");
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run pnpm bundle`);
    cpSync(bundle, join(files, "wgrad", name), { recursive: true });
  }
  const gallery = join(root, "apps/demos/dist");
  if (!existsSync(gallery)) {
    throw new Error(`${gallery} is missing: run pnpm --filter @wgrad/demos build`);
  }
  cpSync(gallery, join(files, "gallery"), { recursive: true });
  mkdirSync(join(files, "sample"), { recursive: true });
  writeFileSync(join(files, "sample/index.html"), frame(importMap()));
}

const frame = (imports: Record<string, string>): string => `<!doctype html>
<meta charset="utf-8" />
<title>A sample</title>
<script type="importmap">
${JSON.stringify({ imports }, null, 2)}
</script>
<script type="module" src="./run.js"></script>
`;
