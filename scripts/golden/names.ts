import * as autograd from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import * as func from "@wgrad/autograd/func";
import * as distributions from "@wgrad/distributions";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";

/** An object of exported names. */
export type Namespace = Readonly<Record<string, unknown>>;

/** A PyTorch name without a counterpart here. */
export class Unmapped extends Error {}

/** The names of `torch` that other entry points have here. */
const transforms = Object.fromEntries(
  Object.entries(fft).filter(([name]) => /Window$|^i?stft$|^viewAs|^complex$|^polar$/.test(name)),
);

/** Where the names of a PyTorch namespace are searched, in order. */
const namespaces: Readonly<Record<string, () => readonly unknown[]>> = {
  torch: () => [autograd, transforms],
  "torch.fft": () => [fft],
  "torch.linalg": () => [(autograd as Namespace).linalg],
  "torch.special": () => [autograd.special],
  F: () => [(nn as Namespace).functional, autograd],
  nn: () => [nn],
  "nn.init": () => [(nn as Namespace).init],
  "nn.utils": () => [(nn as Namespace).utils, nn, optim],
  "nn.utils.parametrize": () => [(nn as Namespace).parametrize],
  "nn.utils.parametrizations": () => [(nn as Namespace).parametrizations],
  "torch.autograd": () => [autograd],
  "torch.autograd.functional": () => [func.functional, autograd],
  "torch.func": () => [func, nn],
  distributions: () => [distributions],
  "distributions.transforms": () => [distributions.transforms],
  copy: () => [nn],
  optim: () => [optim],
  "optim.swa_utils": () => [optim, nn],
  "nn.utils.rnn": () => [nn.utils.rnn],
  amp: () => [optim],
  "numpy.random": () => [autograd],
  lr_scheduler: () => [(optim as Namespace).lrScheduler, optim],
};

/** Names that JavaScript reserves, with PyTorch's longer alias. */
const renamed: Readonly<Record<string, string>> = {
  var: "variance",
  Parameter: "parameter",
  Buffer: "buffer",
  deepcopy: "deepcopy",
};

/** Functions of F that share their name with a different function of torch or a method. */
const homonyms: ReadonlySet<string> = new Set(["F.unfold"]);

/** Methods behind Python's operators; other methods keep their names. */
const methods: Readonly<Record<string, string>> = { __getitem__: "at", __setitem__: "put_" };

/** PyTorch's dtypes and ours. */
export const dtypes: Readonly<Record<string, string>> = {
  float16: "f16",
  float32: "f32",
  float64: "f64",
  int32: "i32",
  int64: "i32",
  uint32: "u32",
  uint8: "u8",
  bool: "bool",
};

/** snake_case → camelCase; keeps a trailing underscore (in place) and drops a leading one. */
export function camel(name: string): string {
  return name
    .replace(/^_+/, "")
    .replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Our dtype for one of PyTorch's. */
export function dtypeName(name: string): string {
  const ours = dtypes[name];
  if (ours === undefined) throw new Unmapped(`no dtype for torch.${name}`);
  return ours;
}

const torchDtypes: ReadonlyMap<unknown, string> = new Map(
  Object.entries(dtypes).map(([theirs, ours]) => [ours, theirs === "int64" ? "int32" : theirs]),
);

/** PyTorch's name of a dtype; other values unchanged. */
export const torchName = (value: unknown): unknown => torchDtypes.get(value) ?? value;

/** A function with any arguments. */
export type Callable = (...args: unknown[]) => unknown;
/** A class with any constructor. */
export type Constructor = new (...args: unknown[]) => object;

/** Our function (or class) for a dotted PyTorch name; methods take their receiver first. */
export function resolve(name: string): Callable | Constructor {
  const dot = name.lastIndexOf(".");
  const scope = name.slice(0, dot);
  const last = name.slice(dot + 1);
  if (scope === "Tensor") return method(last);
  const search = namespaces[scope];
  if (search === undefined) throw new Unmapped(`no namespace for ${name}`);
  const ours = renamed[last] ?? camel(last);
  const places = homonyms.has(name) ? search().slice(0, 1) : search();
  for (const place of places) {
    const found = (place as Namespace | undefined)?.[ours];
    if (typeof found === "function") return found as Callable;
  }
  throw new Unmapped(`no ${ours} for ${name}`);
}

function method(name: string): Callable {
  const ours = methods[name] ?? camel(name);
  return (receiver, ...args) => {
    const found = (receiver as Namespace)[ours];
    if (typeof found !== "function") {
      throw new Unmapped(`no method ${ours} for Tensor.${name}`);
    }
    return (found as Callable).apply(receiver, args);
  };
}
