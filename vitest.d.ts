import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** `inject("tier")`: "quick" for `pnpm test`, "full" for the cross product of `pnpm test:full`. */
    tier: "quick" | "full";
  }
}
