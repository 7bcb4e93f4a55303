/** `pnpm docs:dev`: the site while it is written. Bundles and gallery are those that were built last. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "vitepress";
import { app, reference, root } from "./places.ts";
import { preparePublic } from "./public.ts";
import { writeReference } from "./reference.ts";

if (!existsSync(join(reference, "navigation.json"))) await writeReference();
const built = ["packages/autograd/dist/bundle", "apps/demos/dist"];
if (built.every((folder) => existsSync(join(root, folder)))) preparePublic();
else console.warn("samples do not run and there is no gallery: pnpm run docs builds them");
const server = await createServer(app);
await server.listen();
server.printUrls();
