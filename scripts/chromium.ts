import { existsSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { unpackOnce } from "../packages/autograd/src/devices/node/archive.ts";
import { chromiumPackage } from "../packages/autograd/src/devices/node/dawn.ts";

/** A browser and the arguments to start it with. */
export interface Browser {
  executablePath: string;
  env: Record<string, string>;
}

/** Arguments for software WebGPU on any machine. */
export const softwareWebGPU: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan,WebGPU",
];

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** A Chromium with WebGPU: $CHROMIUM_PATH, or that of the system, or the one in an npm package. */
export function findChromium(): Browser {
  const given = process.env.CHROMIUM_PATH ?? systemChromium();
  return given ? { executablePath: given, env: environment() } : unpackedChromium();
}

function systemChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

function unpackedChromium(): Browser {
  const { folder, version } = chromiumPackage();
  const archives = ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"];
  const home = unpackOnce(
    `chromium-${version}`,
    archives.map((archive) => join(folder, "bin", archive)),
  );
  const libraries = [join(home, "lib"), home, process.env.LD_LIBRARY_PATH].filter(Boolean);
  return {
    executablePath: join(home, "chromium"),
    env: { ...environment(), LD_LIBRARY_PATH: libraries.join(":"), FONTCONFIG_PATH: home },
  };
}

/** The environment without variables that select a Vulkan driver: Chromium has its own. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => name !== "VK_ICD_FILENAMES");
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

/**
 * Writes a font configuration into a folder: fonts of the system, and those next to an unpacked
 * browser. $FONTCONFIG_FILE names it.
 */
export function fontsFile(folder: string, executablePath: string): string {
  const folders = ["/usr/share/fonts", join(dirname(executablePath), "fonts")];
  const path = join(folder, "fonts.conf");
  const where = folders.map((each) => `<dir>${each}</dir>`).join("");
  const alias = (name: string, font: string): string =>
    `<alias><family>${name}</family><prefer><family>${font}</family></prefer></alias>`;
  const names = alias("monospace", "DejaVu Sans Mono") + alias("system-ui", "Open Sans");
  const cache = `<cachedir>${join(folder, "fonts-cache")}</cachedir>`;
  writeFileSync(path, `<?xml version="1.0"?><fontconfig>${where}${names}${cache}</fontconfig>`);
  return path;
}
