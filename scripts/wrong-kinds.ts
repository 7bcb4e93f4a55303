/**
 * Calls every export and every method of Tensor with too few arguments and with arguments of wrong
 * kinds. Prints, as JSON, how many were tried and which calls ended in an error that says nothing to
 * their user. `--every N` tries one in N.
 *
 * It is a process of its own: such calls leave errors of values on the stream.
 */
import { parseArgs } from "node:util";
import * as autograd from "@wgrad/autograd";
import { init, randn, Tensor, tensor, WgradError } from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import * as func from "@wgrad/autograd/func";
import * as classic from "@wgrad/classic";
import * as datasets from "@wgrad/datasets";
import * as distributions from "@wgrad/distributions";
import * as metrics from "@wgrad/metrics";
import * as models from "@wgrad/models";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import * as train from "@wgrad/train";

await init({ device: "cpu" });

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

type Names = Readonly<Record<string, unknown>>;

const spaces: Readonly<Record<string, Names>> = {
  autograd,
  linalg: autograd.linalg as unknown as Names,
  special: autograd.special as unknown as Names,
  fft,
  func,
  nn,
  "nn.functional": nn.functional,
  "nn.init": nn.init,
  "nn.utils": nn.utils as unknown as Names,
  "nn.utils.rnn": nn.utils.rnn as unknown as Names,
  optim,
  metrics,
  classic,
  datasets,
  distributions,
  train,
  models,
};

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

/** What may end in another error, and why. */
const exceptions: readonly [name: RegExp, reason: string][] = [
  [/^autograd\.(init|onDevice)$/, "choose the device of this test"],
  [/Error$/, "made like any Error of JavaScript"],
  [/^autograd\.(Profile|Tensor)$/, "made by functions only"],
  [/^distributions\.Distribution$/, "abstract: a subclass passes what it must"],
];

interface Tried {
  readonly name: string;
  readonly call: (args: readonly unknown[]) => unknown;
}

const isClass = (value: unknown): boolean =>
  /^class\b/.test(Function.prototype.toString.call(value));

const functions: Tried[] = Object.entries(spaces).flatMap(([space, names]) =>
  Object.entries(names).flatMap(([name, value]): Tried[] => {
    if (typeof value !== "function") return [];
    const call = (args: readonly unknown[]): unknown =>
      isClass(value)
        ? Reflect.construct(value as new () => object, args)
        : Reflect.apply(value as () => unknown, undefined, args);
    return [{ name: `${space}.${name}`, call }];
  }),
);

const methods: Tried[] = Object.getOwnPropertyNames(Tensor.prototype).flatMap((name): Tried[] => {
  const { value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name) ?? {};
  if (name === "constructor" || typeof value !== "function") return [];
  const own = (): Tensor => randn([2, 3]);
  return [{ name: `Tensor.${name}`, call: (args) => Reflect.apply(value, own(), args) }];
});

const excused = ({ name }: Tried): boolean => exceptions.some(([pattern]) => pattern.test(name));
const all = [...functions, ...methods].filter((one) => !excused(one));

/** The errors of calls that say nothing to their user: of JavaScript, from deep inside. */
async function raw({ name, call }: Tried): Promise<string[]> {
  const found: string[] = [];
  for (const args of wrong) {
    try {
      const result = call(args);
      if (!(result instanceof Promise)) continue;
      const late = new Promise((done) => setTimeout(done, 50));
      result.catch(() => {});
      await Promise.race([result, late]);
    } catch (error) {
      if (!(error instanceof WgradError)) found.push(`${name}(${args.map(shown)}): ${error}`);
    }
  }
  return found;
}

const shown = (value: unknown): string =>
  value instanceof Tensor ? "x" : (JSON.stringify(value) ?? String(value));

const { values } = parseArgs({ options: { every: { type: "string", default: "1" } } });
const sample = all.filter((_, i) => i % Number(values.every) === 0);
process.on("unhandledRejection", () => {});
const found: string[] = [];
for (const one of sample) found.push(...(await raw(one)));
const names = functions.map(({ name }) => name);
const unused = exceptions.filter(([pattern]) => !names.some((name) => pattern.test(name)));
process.stdout.write(
  JSON.stringify({ all: all.length, found, unused: unused.map(([pattern]) => String(pattern)) }),
  () => process.exit(0),
);
