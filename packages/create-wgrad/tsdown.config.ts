import { library } from "../../tsdown.base.ts";

/** It runs in Node alone. */
export default { ...library(["src/bin.ts"]), platform: "node" };
