/** Every export of the packages that can be called, and every method of Tensor. */
import * as autograd from "@wgrad/autograd";
import { randn, Tensor } from "@wgrad/autograd";
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

/** What is not tried, and why. */
export const exceptions: readonly [name: RegExp, reason: string][] = [
  [/^autograd\.(init|onDevice)$/, "choose the device of this process"],
  [/Error$/, "made like any Error of JavaScript"],
  [/^autograd\.(Profile|Tensor)$/, "made by functions only"],
  [/^distributions\.Distribution$/, "abstract: a subclass passes what it must"],
];

export interface Tried {
  readonly name: string;
  /** Whether it is a class. */
  readonly made?: boolean;
  readonly call: (args: readonly unknown[]) => unknown;
}

const isClass = (value: unknown): boolean =>
  /^class\b/.test(Function.prototype.toString.call(value));

/** Every export that can be called; a class is called with `new`. */
export const functions: readonly Tried[] = Object.entries(spaces).flatMap(([space, names]) =>
  Object.entries(names).flatMap(([name, value]): Tried[] => {
    if (typeof value !== "function") return [];
    const call = (args: readonly unknown[]): unknown =>
      isClass(value)
        ? Reflect.construct(value as new () => object, args)
        : Reflect.apply(value as () => unknown, undefined, args);
    return [{ name: `${space}.${name}`, made: isClass(value), call }];
  }),
);

const methods: readonly Tried[] = Object.getOwnPropertyNames(Tensor.prototype).flatMap(
  (name): Tried[] => {
    const { value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name) ?? {};
    if (name === "constructor" || typeof value !== "function") return [];
    const own = (): Tensor => randn([2, 3]);
    return [{ name: `Tensor.${name}`, call: (args) => Reflect.apply(value, own(), args) }];
  },
);

const isExcused = ({ name }: Tried): boolean => exceptions.some(([pattern]) => pattern.test(name));

export const triedFunctions: readonly Tried[] = functions.filter((one) => !isExcused(one));
export const triedMethods: readonly Tried[] = methods;
