import { join, resolve } from "node:path";

/** Folders that the site is made from and written to. */
export const root: string = resolve(import.meta.dirname, "../../..");
/** The pages that are written by hand, and below them the reference, which is made. */
export const pages: string = join(root, "docs");
export const reference: string = join(pages, "api");
export const app: string = join(root, "apps/docs");
/** The whole site: static files. */
export const site: string = join(app, "dist");

/** Where readers find files that are no page of the site. */
export const repository = "https://github.com/wgrad/wgrad";

/** The picture of docs/ that a link to the site shows; previews need a whole address. */
export const preview = {
  address: "https://raw.githubusercontent.com/wgrad/wgrad/main/docs/preview.png",
  width: 1200,
  height: 630,
  alt: "A page of the gallery: a network while it learns to tell two moons of points apart, and its loss",
} as const;
