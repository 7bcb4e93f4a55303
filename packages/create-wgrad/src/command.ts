import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { CreateError, create, isTemplate, packageNameOf, templates } from "./create.ts";

const list = Object.entries(templates).map(([name, about]) => `  ${name.padEnd(6)}${about}`);
const usage = `npm create wgrad [name] [-- --template vite|page|node]\n${list.join("\n")}`;

/** The command that starts a project. */
const next = { vite: "npm run dev", page: "npm start", node: "npm start" } as const;

interface Asked {
  readonly name: string | undefined;
  readonly template: string | undefined;
  readonly help: boolean | undefined;
}

function asked(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { template: { type: "string", short: "t" }, help: { type: "boolean", short: "h" } },
    });
    if (positionals.length > 1) throw new Error(`expected one name, got ${positionals.length}`);
    return { name: positionals[0], template: values.template, help: values.help };
  } catch (error) {
    throw new CreateError(`create-wgrad: ${(error as Error).message}\n${usage}`);
  }
}

/**
 * Creates the project that the command-line arguments describe and returns a message. On a terminal
 * it asks for missing arguments.
 *
 * Throws CreateError for missing or invalid arguments.
 */
export async function command(args: readonly string[], interactive: boolean): Promise<string> {
  let { name, template, help } = asked(args);
  if (help) return usage;
  if (name === undefined || template === undefined) {
    if (!interactive) {
      throw new CreateError(`create-wgrad: needs a name and a template\n${usage}`);
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    name ??= (await terminal.question("Name of the project (wgrad-project): ")) || "wgrad-project";
    packageNameOf(name);
    if (template === undefined) console.log(list.join("\n"));
    template ??= (await terminal.question("Template (vite): ")) || "vite";
    terminal.close();
  }
  if (!isTemplate(template)) {
    throw new CreateError(
      `create-wgrad: there is no template ${JSON.stringify(template)}\n${usage}`,
    );
  }
  const manifest = resolve(import.meta.dirname, "../package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  create(name, template, version);
  return `${name} was created. Now run:\n\n  cd ${name}\n  npm install\n  ${next[template]}\n`;
}
