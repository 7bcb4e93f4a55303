import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Manifest {
  readonly private?: boolean;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${root}/${folder}/package.json`, "utf8"));

type Version = readonly number[];

const versionOf = (text: string): Version => text.split(".").map(Number);

const isBefore = (a: Version, b: Version): boolean => {
  const at = [0, 1, 2].find((i) => (a[i] ?? 0) !== (b[i] ?? 0));
  return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
};

/** Whether a version range such as ">=20.19" or "^22.17.0 || >=24" includes a version. */
const takes = (range: string, version: Version): boolean =>
  range.split("||").some((part) => {
    const [, sign, from] = /^\s*(>=|\^)\s*([\d.]+)\s*$/.exec(part) ?? [];
    if (from === undefined) throw new Error(`a range of Node is ${range}`);
    const least = versionOf(from);
    return !isBefore(version, least) && (sign === ">=" || version[0] === least[0]);
  });

/** The lowest supported version. */
const promised = ({ engines }: Manifest): Version => versionOf((engines?.node ?? "").slice(2));

/** Packages that need a later Node than the packages that depend on them, with the reason. */
const later: Readonly<Record<string, string>> = {
  "@sparticuz/chromium":
    "only SwiftShader is unpacked from it, as README says; none of its code runs",
};

const published = [
  "autograd",
  "classic",
  "datasets",
  "distributed",
  "distributions",
  "metrics",
  "models",
  "nn",
  "optim",
  "train",
  "worker",
];

test.each([...published.map((name) => `packages/${name}`), "."])(
  "the dependencies of %s run on its lowest supported Node",
  (folder) => {
    const own = manifest(folder);
    const node = promised(own);
    const names = {
      ...own.dependencies,
      ...own.peerDependencies,
      ...(folder === "." && own.devDependencies),
    };
    for (const name of Object.keys(names)) {
      const installed = `${folder}/node_modules/${name}`;
      if (!existsSync(`${root}/${installed}/package.json`)) continue;
      const range = manifest(installed).engines?.node;
      if (range !== undefined && later[name] === undefined) {
        expect(takes(range, node), `${name} needs Node ${range}`).toBe(true);
      }
    }
  },
);

test("README states the same version", () => {
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const [from, uses] = [".", "packages/autograd"].map((folder) => promised(manifest(folder)));
  expect(readme).toContain(`Node ${from?.join(".")}`);
  expect(readme).toContain(`Node ${uses?.join(".")}`);
  for (const name of Object.keys(later)) expect(readme).toContain(`\`${name}\``);
  for (const name of published) {
    expect(manifest(`packages/${name}`).engines, name).toEqual(
      manifest("packages/autograd").engines,
    );
  }
});
