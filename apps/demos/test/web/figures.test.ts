import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, inject, test } from "vitest";
import { faults, press, stateIs, watchTasks } from "./demo.ts";
import { openSite, type Site } from "./site.ts";

const PAGE = new URL("../../../../docs/gallery-figures.md", import.meta.url).pathname;
const TRAINED = 8000; // milliseconds

interface Figures {
  readonly name: string;
  /** Kilobytes that are fetched, packed by gzip, without data. */
  readonly kilobytes: number;
  /** Seconds from the address to what can be started or chosen. */
  readonly ready: number;
  /** Milliseconds of the longest task while it trains, of those over 50; null where nothing trains. */
  readonly longest: number | null;
  readonly faults: readonly string[];
}

async function measured(site: Site, address: string): Promise<Figures> {
  const context = await site.browser.newContext({ locale: "en-GB", serviceWorkers: "block" });
  const page = await context.newPage();
  const files = new Set<string>();
  page.on("request", (request) => files.add(new URL(request.url()).pathname));
  const start = performance.now();
  await page.goto(`${site.url}#/${address}`);
  if (address === "") await page.getByRole("link").first().waitFor();
  else await stateIs(page, "ready");
  const ready = (performance.now() - start) / 1000;
  await page.waitForLoadState("networkidle");
  const root = new URL(site.url).pathname;
  const bytes = [...files]
    .map((file) => file.slice(root.length) || "index.html")
    .filter((file) => !/\.(csv|gz)$/.test(file))
    .map((file) => gzipSync(readFileSync(join(site.folder, file))).length);
  let longest: number | null = null;
  if (address !== "") {
    await watchTasks(page);
    await press(page, "Start");
    await page.waitForTimeout(TRAINED);
    longest = Math.max(0, ...(await page.evaluate(() => window.longTasks)));
  }
  const found = await faults(page);
  await context.close();
  const kilobytes = bytes.reduce((a, b) => a + b, 0) / 1000;
  return { name: address || "the first page", kilobytes, ready, longest, faults: found };
}

const rowOf = ({ name, kilobytes, ready, longest, faults: found }: Figures): string => {
  const task = longest === null ? "–" : longest === 0 ? "under 50" : `${longest}`;
  return `| ${name} | ${kilobytes.toFixed(0)} | ${ready.toFixed(1)} | ${task} | ${found.length} |`;
};

const written = (all: readonly Figures[]): string => `# How light the gallery is

Written by a test in headless Chromium, on WebAssembly: \`WGRAD_TIER=full pnpm vitest run --project measuring apps/demos/test/web/figures.test.ts\`.
Last run: ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load average ${loadavg()[0]?.toFixed(1)}. Above the number of
processors, other programs ran beside, and the times are longer than on an idle machine.

| page | kB packed, without data | seconds until ready | longest task in training, ms | findings of axe |
|---|---|---|---|---|
${all.map(rowOf).join("\n")}

- **Size**: all that the page fetches, each file packed by gzip. The first page must stay under 300 kB; [a decision](decisions/0005-bundle-size.md) says what
  pages that train may take.
- **Ready**: from the address until the page can be used. The goal is two seconds on an idle machine; the time is recorded and fails no test.
- **Longest task** of the page's own thread in ${TRAINED / 1000} s of training, if it is longer than 50 ms: the training is in a worker.
- **Findings of axe**, the accessibility checker, that it calls serious or worse. There must be none.
`;

test.runIf(inject("tier") === "full")(
  "the first page is small, and no page has a serious fault of accessibility",
  { timeout: 300_000 },
  async () => {
    const site = await openSite({ gpu: false });
    try {
      const all: Figures[] = [];
      for (const address of ["", "housing", "boundary", "digits", "gpt"]) {
        all.push(await measured(site, address && `${address}?device=wasm`));
      }
      const named = all.map((one) => ({ ...one, name: one.name.replace("?device=wasm", "") }));
      writeFileSync(PAGE, written(named));
      expect(
        named.flatMap(({ name, faults: found }) => found.map((one) => `${name}: ${one}`)),
      ).toEqual([]);
      expect(named[0]?.kilobytes).toBeLessThan(300);
    } finally {
      await site.close();
    }
  },
);
