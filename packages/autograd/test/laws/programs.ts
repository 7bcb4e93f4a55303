import { data } from "./data.ts";
import { held } from "./held.ts";
import { loops } from "./loops.ts";
import { models } from "./models.ts";
import type { Program } from "./world.ts";
import { writes } from "./writes.ts";

/** Every program that the memory laws were drawn from. */
export const programs: readonly Program[] = [...loops, ...models, ...writes, ...data, ...held];

/** Those of very many steps: they are about the tape, not about a device. */
export const longPrograms: readonly Program[] = programs.filter(({ name }) =>
  /10k|5000|Long/.test(name),
);
