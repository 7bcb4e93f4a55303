/** The PyTorch names that this library has. */
import * as autograd from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import * as func from "@wgrad/autograd/func";
import * as saving from "@wgrad/autograd/saving";
import * as datasets from "@wgrad/datasets";
import * as data from "@wgrad/datasets/data";
import * as distributions from "@wgrad/distributions";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import { camel } from "../golden/names.ts";
import classes from "./classes.json" with { type: "json" };
import { elsewhere, reasons } from "./elsewhere.ts";
import pytorch from "./pytorch.json" with { type: "json" };

/**
 * How often a name is used: d everywhere, c in ordinary code, b rarely, a by few people; "had": it
 * existed here before the others were counted.
 */
export type Class = "d" | "c" | "b" | "had" | "a";

/** A PyTorch name and its counterpart. */
export interface Row {
  readonly name: string;
  readonly class: Class;
  /** The name here; null if there is none. */
  readonly ours: string | null;
  /** Why it is missing, or how it differs. */
  readonly reason: string | null;
}

type Place = readonly [prefix: string, names: object];

const functional: Place = ["functional.", nn.functional];
const core: Place = ["", autograd];

/** Where the names of a namespace are searched, in order. */
const places: Readonly<Record<keyof typeof pytorch.names, readonly Place[]>> = {
  torch: [core, functional, ["fft: ", fft], ["saving: ", saving]],
  Tensor: [["x.", autograd.Tensor.prototype]],
  "nn.functional": [functional, core],
  nn: [["", nn]],
  "nn.init": [["init.", nn.init]],
  "nn.utils": [
    ["utils.", nn.utils],
    ["", nn],
    ["", optim],
  ],
  linalg: [["linalg.", autograd.linalg]],
  fft: [["", fft]],
  special: [["special.", autograd.special]],
  optim: [["", optim]],
  "optim.lr_scheduler": [["", optim]],
  "optim.swa_utils": [
    ["", optim],
    ["", nn],
  ],
  "utils.data": [
    ["", data],
    ["", datasets],
  ],
  func: [["", func], ["", nn], core],
  distributions: [
    ["", distributions],
    ["transforms.", distributions.transforms],
  ],
};

/** A namespace of PyTorch. */
export type Namespace = keyof typeof places;
/** All namespaces. */
export const namespaces = Object.keys(places) as Namespace[];

/** Names that JavaScript reserves, or that functions have as properties. */
const renamed: Readonly<Record<string, string>> = {
  var: "variance",
  Parameter: "parameter",
  Buffer: "buffer",
};

function oursOf(namespace: Namespace, name: string): string | null {
  const own = elsewhere[`${namespace}.${name}`];
  if (own !== undefined) return own;
  const names = [camel(name), name, ...(renamed[name] ? [renamed[name]] : [])];
  for (const [prefix, space] of places[namespace]) {
    for (const one of names) if (one in space && !(one in Object.prototype)) return prefix + one;
  }
  return null;
}

/** Every public name of a PyTorch namespace. */
export function rowsOf(namespace: Namespace): Row[] {
  const listed = (classes as Record<string, Partial<Record<Class, string>>>)[namespace] ?? {};
  const byName = new Map<string, Class>();
  for (const [of, names] of Object.entries(listed)) {
    for (const name of names.split(" ")) byName.set(name, of as Class);
  }
  const all = new Set([...pytorch.names[namespace].split(" "), ...byName.keys()]);
  return [...all]
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .map((name) => {
      const ours = oursOf(namespace, name);
      const found = reasons.find(([pattern]) => pattern.test(`${namespace}.${name}`));
      return {
        name,
        class: byName.get(name) ?? "a",
        ours,
        reason: ours === null ? (found?.[1] ?? null) : null,
      };
    });
}

/** The number of existing names and of all names in these classes. */
export function countOf(rows: readonly Row[], ...of: readonly Class[]): readonly [number, number] {
  const some = rows.filter((row) => of.includes(row.class));
  return [some.filter((row) => row.ours !== null).length, some.length];
}
