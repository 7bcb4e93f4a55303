import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright";
import { type Site, type Visit, visit } from "./site.ts";

/** A demo of the gallery as its user handles it. */
export async function opened(
  site: Site,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const made = await visit(site, name, options);
  await stateIs(made.page, "ready");
  return made;
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

export const stateOf = (page: Page): Promise<string | null> =>
  page.locator(".demo").getAttribute("data-state");

export async function stateIs(page: Page, state: string, timeout = 30_000): Promise<void> {
  await page.locator(`.demo[data-state=${state}]`).waitFor({ timeout });
}

export const stepOf = async (page: Page): Promise<number> =>
  Number(await page.locator(".demo").getAttribute("data-step"));

export const numberOf = async (page: Page, name: string): Promise<number> =>
  Number(
    ((await page.locator(`[data-number=${name}]`).textContent()) ?? "").replaceAll(/[,%]/g, ""),
  );

/** What axe calls serious or worse. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

export type { Visit };
