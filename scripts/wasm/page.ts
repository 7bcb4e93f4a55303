import { hashes } from "./hashes.ts";

Object.assign(globalThis, { hashes });
