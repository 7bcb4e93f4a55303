import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { lowered } from "../core/autocast.ts";
import { permute, reshape } from "../core/layout.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { diagonal } from "../shape/diagonals.ts";
import { mul } from "./arithmetic.ts";
import { contract } from "./contract.ts";
import { checkMatched } from "./contraction.ts";

/**
 * A factor with one label per dimension. Dimensions under an ellipsis are labelled from the right:
 * ".0", ".1" and so on.
 */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Einstein summation. Every label names a dimension; dimensions with one label are multiplied
 * elementwise, and labels absent from the output are summed over. A label twice in one operand
 * takes
 * the diagonal. An ellipsis stands for dimensions that broadcast. Without "->" the output has the
 * labels that occur once, in alphabetical order. einsum("bij,bjk->bik", a, b) is a batched matmul.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  checkCall("einsum(equation: string, ...operands)", arguments);
  const { inputs, output } = parse(equation, operands.map(lowered));
  return composite(() => {
    const factors = inputs.map(onDiagonal);
    checkSizes(equation, factors);
    const [first, ...others] = factors as [Labelled, ...Labelled[]];
    const product = others.reduce((sofar, next, i) => {
      const later = new Set([...output, ...others.slice(i + 1).flatMap(({ labels }) => labels)]);
      return multiply(sofar, next, later);
    }, first);
    const { x, labels } = summed(product, new Set(output));
    return permute(
      x,
      output.map((label) => labels.indexOf(label)),
    );
  });
}

function parse(
  equation: string,
  operands: readonly Tensor[],
): { inputs: Labelled[]; output: string[] } {
  const [left = "", right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (more.length > 0 || !/^[A-Za-z.,]*$/.test(left) || !/^[A-Za-z.]*$/.test(right ?? "")) {
    throw new ArgumentError(
      `einsum: "${equation}" is not an equation\n  hint: write letters, commas, "..." and one "->", as in "ij,jk->ik"`,
    );
  }
  if (terms.length !== operands.length) {
    throw new ArgumentError(
      `einsum: "${equation}" has ${terms.length} operands, got ${operands.length}`,
    );
  }
  const hidden: number[] = [];
  const inputs = operands.map((x, i): Labelled => {
    const term = terms[i] as string;
    const count = x.shape.length - term.replace("...", "").length;
    if (count < 0 || (count > 0 && !term.includes("..."))) {
      throw new ShapeError(
        `einsum: "${term}" does not label every dimension of operand ${i}${detail(`operand ${i}`, x.shape)}` +
          '\n  hint: "..." stands for any number of dimensions',
      );
    }
    hidden.push(count);
    return { x, labels: labelsOf(equation, term, count) };
  });
  const known = new Set(inputs.flatMap(({ labels }) => labels));
  const output = labelsOf(equation, right ?? implicit(left), Math.max(0, ...hidden));
  const strange = output.find((label, i) => !known.has(label) || output.indexOf(label) !== i);
  if (strange !== undefined) {
    throw new ArgumentError(
      `einsum: the output of "${equation}" has "${strange}" ${known.has(strange) ? "twice" : "that no operand has"}`,
    );
  }
  return { inputs, output };
}

function labelsOf(equation: string, term: string, hidden: number): string[] {
  const [before = "", after, ...more] = term.split("...");
  if (more.length > 0 || before.includes(".") || after?.includes(".")) {
    throw new ArgumentError(
      `einsum: "${equation}" has stray dots\n  hint: write "..." at most once per operand`,
    );
  }
  const between = after === undefined ? [] : Array.from({ length: hidden }, (_, i) => `.${i}`);
  return [...before, ...between.reverse(), ...(after ?? "")];
}

/** The output labels of an equation without an arrow. */
function implicit(left: string): string {
  const letters = [...left.replace(/[.,]/g, "")];
  const once = letters.filter(
    (label, i) => letters.indexOf(label) === i && letters.lastIndexOf(label) === i,
  );
  return `${left.includes("...") ? "..." : ""}${once.sort().join("")}`;
}

/** Takes the diagonal over a label that occurs twice in one operand. */
function onDiagonal({ x, labels }: Labelled): Labelled {
  const again = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (again < 0) return { x, labels };
  const label = labels[again] as string;
  const first = labels.indexOf(label);
  if (x.shape[first] !== x.shape[again]) {
    throw new ShapeError(
      `einsum: "${label}" stands for sizes ${x.shape[first]} and ${x.shape[again]} in one operand${detail("operand", x.shape)}`,
    );
  }
  const rest = labels.filter((_, d) => d !== first && d !== again);
  return onDiagonal({ x: diagonal(x, { dim1: first, dim2: again }), labels: [...rest, label] });
}

function checkSizes(equation: string, factors: readonly Labelled[]): void {
  const sizes = new Map<string, number>();
  for (const { x, labels } of factors) {
    for (const [d, label] of labels.entries()) {
      const n = x.shape[d] as number;
      const known = sizes.get(label) ?? 1;
      if (n !== known && n !== 1 && known !== 1) {
        const shapes = factors.map((factor, i) => detail(`operand ${i}`, factor.x.shape)).join("");
        const what = label.startsWith(".") ? "the ellipsis" : `"${label}"`;
        throw new ShapeError(
          `einsum: in "${equation}" ${what} stands for sizes ${known} and ${n}${shapes}`,
        );
      }
      if (n !== 1 || !sizes.has(label)) sizes.set(label, n);
    }
  }
}

/** Sums over the labels that no later factor and no output has. */
function summed({ x, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const dims = [...labels.keys()].filter((d) => !wanted.has(labels[d] as string));
  if (dims.length === 0) return { x, labels };
  return { x: sum(x, dims), labels: labels.filter((label) => wanted.has(label)) };
}

/**
 * Multiplies two factors and sums over their shared labels that no later factor and no output has.
 */
function multiply(left: Labelled, right: Labelled, later: ReadonlySet<string>): Labelled {
  const a = summed(left, new Set([...later, ...right.labels]));
  const b = summed(right, new Set([...later, ...a.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => later.has(label));
  const k = shared.filter((label) => !later.has(label));
  const m = a.labels.filter((label) => !shared.includes(label));
  const n = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...m, ...n];
  if (k.length === 0) return { x: mul(spread(a, labels), spread(b, labels)), labels };
  checkMatched("einsum", a.x, b.x);
  const x = widened(a, b, k);
  const y = widened(b, a, k);
  const ranks = [batch.length, m.length, n.length, k.length] as const;
  return {
    x: contract(arranged(x, [...batch, ...m, ...k]), arranged(y, [...batch, ...k, ...n]), ranks),
    labels,
  };
}

const arranged = ({ x, labels }: Labelled, order: readonly string[]): Tensor =>
  permute(
    x,
    order.map((label) => labels.indexOf(label)),
  );

/** The factor with dimensions of size 1 for the labels it lacks. */
function spread(factor: Labelled, labels: readonly string[]): Tensor {
  const own = labels.filter((label) => factor.labels.includes(label));
  const x = arranged(factor, own);
  let d = 0;
  return reshape(
    x,
    labels.map((label) => (own.includes(label) ? (x.shape[d++] as number) : 1)),
  );
}

/** Expands sizes of 1 that are summed against larger ones. */
function widened(factor: Labelled, other: Labelled, k: readonly string[]): Labelled {
  const shape = factor.x.shape.map((n, d) => {
    const label = factor.labels[d] as string;
    return n === 1 && k.includes(label)
      ? (other.x.shape[other.labels.indexOf(label)] as number)
      : n;
  });
  return { ...factor, x: expand(factor.x, shape) };
}
