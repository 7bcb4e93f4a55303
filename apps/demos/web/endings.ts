import type { Ending } from "./endings/ending.ts";
import { networks } from "./endings/networks.ts";
import { tables } from "./endings/tables.ts";
import { texts } from "./endings/texts.ts";

/** By the name of the page: how it ends. */
export const endings: Readonly<Record<string, Ending>> = { ...tables, ...networks, ...texts };
