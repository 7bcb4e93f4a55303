import type { Endings } from "./endings/ending.ts";
import { networks } from "./endings/networks.ts";
import { tables } from "./endings/tables.ts";
import { texts } from "./endings/texts.ts";

export const endings: Endings = { ...tables, ...networks, ...texts };
