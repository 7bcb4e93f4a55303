// Runs one program of a page in a frame of its own: what it prints goes to the page that asked.

const tell = (kind, text) => parent.postMessage({ kind, text }, location.origin);

/** A value as Node's console shows it, nearly. */
function show(value, depth = 0) {
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === "function") return `[Function: ${value.name}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const inside = (values) => values.map((each) => show(each, depth + 1)).join(", ");
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[ ${inside(value)} ]`;
  const { name } = value.constructor ?? {};
  if (ArrayBuffer.isView(value)) return `${name}(${value.length}) [ ${inside([...value])} ]`;
  if (value instanceof Map)
    return `Map(${value.size}) { ${[...value].map(([k, v]) => `${show(k, 1)} => ${show(v, 1)}`).join(", ")} }`;
  if (value instanceof Set) return `Set(${value.size}) { ${inside([...value])} }`;
  if (value.toString !== Object.prototype.toString) return String(value);
  if (depth > 4) return `[${name}]`;
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${show(each, depth + 1)}`);
  const prefix = name && name !== "Object" ? `${name} ` : "";
  return fields.length === 0 ? `${prefix}{}` : `${prefix}{ ${fields.join(", ")} }`;
}

for (const kind of ["log", "info", "warn", "error"]) {
  console[kind] = (...values) => tell(kind, values.map((value) => show(value)).join(" "));
}
addEventListener("error", ({ message }) => tell("error", message));
addEventListener("unhandledrejection", ({ reason }) => tell("error", show(reason)));

addEventListener("message", async ({ data, source }) => {
  if (source !== parent) return;
  const address = URL.createObjectURL(new Blob([data], { type: "text/javascript" }));
  try {
    await import(address);
    tell("end", "");
  } catch (error) {
    tell("error", show(error));
    tell("end", "");
  }
});
tell("ready", "");
