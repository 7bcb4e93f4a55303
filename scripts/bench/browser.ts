import { readdirSync, readFileSync } from "node:fs";
import { type BrowserServer, chromium, type Page } from "playwright";
import { findChromium } from "../chromium.ts";
import type { Bench, Block, Opened } from "./page.ts";

const args = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan,WebGPU",
];

/** A measured block of steps, with processor time. */
export interface Measured extends Block {
  /**
   * Processor milliseconds of the whole browser for each step; null if the system does not report
   * them.
   */
  readonly cpuMs: number | null;
}

/** A fresh headless Chromium with the page open. */
export class Runner {
  private readonly server: BrowserServer;
  private readonly page: Page;

  private constructor(server: BrowserServer, page: Page) {
    this.server = server;
    this.page = page;
  }

  static async open(url: string): Promise<Runner> {
    const { executablePath, env } = findChromium();
    const server = await chromium.launchServer({ executablePath, env, args });
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => "bench" in globalThis);
    return new Runner(server, page);
  }

  /** Runs everything up to the third step. */
  start(library: string, backend: string, line: string): Promise<Opened> {
    return this.page.evaluate(
      ([a, b, c]) => (globalThis as unknown as { bench: Bench }).bench.open(a, b, c),
      [library, backend, line] as const,
    );
  }

  async steps(count: number): Promise<Measured> {
    const before = cpuTime(this.server.process().pid);
    const block = await this.page.evaluate(
      (n) => (globalThis as unknown as { bench: Bench }).bench.steps(n),
      count,
    );
    const after = cpuTime(this.server.process().pid);
    const cpuMs = before === null || after === null ? null : (after - before) / count;
    return { ...block, cpuMs };
  }

  async close(): Promise<void> {
    await this.server.kill();
  }
}

/** Processor milliseconds used by a process and all its descendants so far (Linux). */
function cpuTime(root: number | undefined): number | null {
  if (root === undefined || process.platform !== "linux") return null;
  const TICK = 10;
  let ticks = 0;
  const stack = [root];
  for (let pid = stack.pop(); pid !== undefined; pid = stack.pop()) {
    try {
      // the name is in brackets and may contain spaces; user and system time are fields 14 and 15
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      ticks += Number(fields[11]) + Number(fields[12]);
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8");
        stack.push(...children.split(" ").filter(Boolean).map(Number));
      }
    } catch {
      // the process has ended in the meantime
    }
  }
  return ticks * TICK;
}
