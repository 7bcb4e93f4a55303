export { type SqlOptions, streamSql } from "./sources/duckdb/stream.ts";
