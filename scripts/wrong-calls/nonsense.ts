/**
 * Gives every parameter and option of every export values that few take, and prints, as JSON, those
 * that a call accepts, and the calls of which no right arguments are known. `--every N` tries one
 * export in N, `--only PATTERN` those of a name.
 */
import { parseArgs } from "node:util";
import { init, manualSeed, ones, WgradError } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";
import type { Field, Signature } from "../../packages/autograd/src/signature.ts";
import { inputs, rightArguments, signatureOf, wrong } from "./arguments.ts";
import { bases, unsigned } from "./bases.ts";
import { type Tried, triedFunctions } from "./exports.ts";
import { outcome } from "./outcome.ts";

interface Accepted {
  /** `space.name.parameter`, or `space.name{option}`. */
  readonly place: string;
  readonly kinds: string;
  readonly values: readonly string[];
}

const { values: asked } = parseArgs({
  options: {
    every: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const pattern = new RegExp(asked.only);
const sample = triedFunctions
  .filter(({ name }) => pattern.test(name))
  .filter((_, i) => i % Number(asked.every) === 0);

await init({ device: "cpu" });
process.on("unhandledRejection", () => {});

/** A call that also calls the module which it makes: many check their settings only then. */
async function inUse({ call }: Tried, args: () => unknown[]): Promise<Tried["call"]> {
  const first = await outcome(() => call(args()));
  if (!first.ok || !(first.value instanceof Module)) return call;
  for (const make of inputs) {
    const run = (given: readonly unknown[]): unknown =>
      (call(given) as (...x: unknown[]) => unknown)(...make());
    if ((await outcome(() => run(args()))).ok) return run;
  }
  return call;
}

const accepted: Accepted[] = [];
const raw: string[] = [];

async function tryPlace(
  place: string,
  field: Field,
  run: (value: unknown) => unknown,
): Promise<void> {
  const values: string[] = [];
  for (const [text, make] of Object.entries(wrong)) {
    const end = await outcome(() => run(make()));
    if (end.ok) values.push(text);
    // what a function of the caller returns is no argument
    else if (!(end.error instanceof WgradError) && text !== "() => 0")
      raw.push(`${place} = ${text}: ${end.error}`);
  }
  if (values.length > 0) accepted.push({ place, kinds: field.kinds?.join(" | ") ?? "", values });
}

async function sweep(one: Tried, signature: Signature, args: () => unknown[]): Promise<void> {
  const run = await inUse(one, args);
  const { params, options, due } = signature;
  const count = params.filter(({ optional }) => !optional).length;
  for (const [i, field] of params.entries()) {
    if (field.name.startsWith("...")) continue;
    await tryPlace(`${one.name}.${field.name}`, field, (value) => {
      const given = args();
      while (given.length < i) given.push(undefined);
      given[i] = value;
      return run(given);
    });
  }
  for (const field of options?.values() ?? []) {
    await tryPlace(`${one.name}{${field.name}}`, field, (value) => {
      const given = args();
      const settings = due.length > 0 || given.length > count ? given.pop() : {};
      while (given.length < count) given.push(undefined);
      return run([...given, { ...(settings as object), [field.name]: value }]);
    });
  }
}

const unknown: string[] = [];
for (const one of sample) {
  manualSeed(0);
  const signature = await signatureOf(one.call);
  if (signature === null) {
    if (!unsigned.includes(one.name)) unknown.push(`${one.name}: no signature`);
    continue;
  }
  const args = bases[one.name] ?? (await rightArguments(one.call, signature));
  if (args === null || !(await outcome(() => one.call(args()))).ok) {
    unknown.push(`${one.name}: no right arguments`);
    continue;
  }
  await sweep(one, signature, args);
  // errors of values wait on the stream: they must not reach the next call
  await outcome(() => ones([1]).add(1).item());
}
process.stdout.write(JSON.stringify({ tried: sample.length, accepted, raw, unknown }), () =>
  process.exit(0),
);
