/**
 * Calls every export, every method of Tensor and every method of what a class makes with too few
 * arguments and with arguments of wrong kinds; a module is called itself, too. Prints, as JSON, how
 * many were tried and which calls ended in an error that says nothing to their user. `--every N`
 * tries one in N, `--only PATTERN` those of a name.
 *
 * It is a process of its own: such calls leave errors of values on the stream.
 */
import { parseArgs } from "node:util";
import { init, ones, rand, Tensor, tensor, WgradError } from "@wgrad/autograd";
import { rightArguments, signatureOf } from "./arguments.ts";
import { bases } from "./bases.ts";
import { exceptions, functions, type Tried, triedFunctions, triedMethods } from "./exports.ts";
import { type Outcome, outcome } from "./outcome.ts";

await init({ device: "cpu" });
process.on("unhandledRejection", () => {});

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** Arguments that are too few, or of kinds that few calls take. */
const wrong: readonly (readonly unknown[])[] = [
  [],
  [x],
  [x, x],
  [x, x, x],
  [null],
  [x, null],
  [x, {}],
  [5],
  ["a"],
  [x, "a"],
  [x, 5],
  [[]],
  [x, []],
  [x, x, null],
  [x, 5, 5],
  [[1, 2]],
  [x, [x]],
  [[null]],
  [x, true],
  [Promise.resolve(x)],
  [x, Promise.resolve(x)],
  [x, x, "a"],
  [x, x, {}],
  [x, undefined, {}],
  [() => x],
];

const { values: asked } = parseArgs({
  options: { every: { type: "string", default: "1" }, only: { type: "string", default: "" } },
});
const pattern = new RegExp(asked.only);
const part = (all: readonly Tried[]): readonly Tried[] =>
  all.filter(({ name }) => pattern.test(name)).filter((_, i) => i % Number(asked.every) === 0);

/** The methods of an object that no other object has shown before, and its own call. */
const seen = new Set<unknown>();
function membersOf(name: string, own: object): Tried[] {
  const found: Tried[] = [];
  if (typeof own === "function") {
    found.push({
      name: `${name}()`,
      call: (args) => Reflect.apply(own as () => unknown, null, args),
    });
  }
  for (let at = Object.getPrototypeOf(own); at !== null; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype || at === Function.prototype || at === Tensor.prototype) break;
    for (const key of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, key) ?? {};
      if (key === "constructor" || typeof value !== "function" || seen.has(value)) continue;
      seen.add(value);
      found.push({ name: `${name}.${key}`, call: (args) => Reflect.apply(value, own, args) });
    }
  }
  return found;
}

/** What the classes make, with what `fit` learns. */
async function instancesOf({ name, call }: Tried): Promise<Tried[]> {
  const signature = await signatureOf(call);
  if (signature === null) return [];
  const args = bases[name] ?? (await rightArguments(call, signature));
  if (args === null) return [];
  const made = await outcome(() => call(args()));
  if (!made.ok || (typeof made.value !== "object" && typeof made.value !== "function")) return [];
  const own = made.value as { fit?(x: Tensor, y: number[]): unknown };
  if (own === null || own instanceof Tensor) return [];
  if (typeof own.fit === "function")
    await outcome(() => own.fit?.(rand([6, 3]), [0, 1, 0, 1, 0, 1]));
  return membersOf(name, own);
}

/** Methods that a subclass or a program of its own calls. */
const inner =
  /\.(forward|stateKey|extraRepr|check|checkGroup|initial|layout|callStepHooks|conclude|merge|ofCounts|density|crossEntropy|extended|draw|indices|cumulative|quantile|standardized|logDet|orient)$|^optim\.\w+\.update$/;

const shown = (value: unknown): string => {
  if (value instanceof Tensor) return "x";
  if (Array.isArray(value)) return `[${value.map(shown)}]`;
  return JSON.stringify(value) ?? String(value);
};

const found: string[] = [];
async function tryAll({ name, call }: Tried): Promise<void> {
  for (const args of wrong) {
    const end: Outcome = await outcome(() => call(args));
    if (!end.ok && !(end.error instanceof WgradError)) {
      found.push(`${name}(${args.map(shown)}): ${end.error}`);
    }
  }
}

/** Packages whose objects are tried. */
const instanced = /^(optim|metrics|distributions)\./;

let all = triedFunctions.length + triedMethods.length;
for (const one of part([...triedFunctions, ...triedMethods])) await tryAll(one);
for (const one of part(triedFunctions.filter(({ made, name }) => made && instanced.test(name)))) {
  const members = (await instancesOf(one)).filter(({ name }) => !inner.test(name));
  all += members.length;
  for (const member of members) await tryAll(member);
  await outcome(() => ones([1]).add(1).item());
}
const names = functions.map(({ name }) => name);
const unused = exceptions.filter(([pattern]) => !names.some((name) => pattern.test(name)));
process.stdout.write(
  JSON.stringify({ all, found, unused: unused.map(([pattern]) => String(pattern)) }),
  () => process.exit(0),
);
