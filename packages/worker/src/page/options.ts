/** Refuses an option that the call, written as a user writes it, does not have. */
export function checkOptions(call: string, options: unknown): void {
  const name = call.slice(0, call.indexOf("("));
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${name}: its options are ${String(options)}\n  hint: ${call}`);
  }
  const known = /\{ (.*) \}/.exec(call)?.[1]?.split(", ") ?? [];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${name}: there is no option "${unknown}"\n  hint: ${call}`);
}
