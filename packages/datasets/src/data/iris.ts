import json from "./iris.json" with { type: "json" };
import type { JsonColumns } from "./columns.ts";

const columns: JsonColumns = json;
export default columns;
