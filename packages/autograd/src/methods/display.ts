import { heading, type NestedValues, nested, rounded, text } from "../graph/print.ts";
import { htmlTable } from "../inspect/html.ts";
import { narrow, select } from "../ops/shape/movement.ts";
import { read } from "../runtime/read.ts";
import { noGrad } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";

/** A notebook shows so many rows and columns. */
const SHOWN = 10;

/**
 * What a notebook shows of a tensor, by MIME type: shape, dtype, device and first values: of more
 * than two dimensions those of the first matrix. It reads these values.
 */
export async function display(x: Tensor): Promise<Readonly<Record<string, string>>> {
  const corner = noGrad(() => cornerOf(x));
  const values = rounded(nested(await read(corner), corner.shape, x.dtype), x.dtype);
  const whole = corner.numel() === x.numel();
  const head = whole ? heading(x) : `${heading(x)} at [${placeOf(x, corner).join(", ")}]`;
  return {
    "text/plain": `${head} ${text(values)}`,
    "text/html": x.numel() === 0 ? htmlTable(head, [], []) : tableOf(head, values),
  };
}

/** The first values of the first matrix. A view. */
function cornerOf(x: Tensor): Tensor {
  let corner = x;
  while (corner.ndim > 2 && corner.numel() > 0) corner = select(corner, 0, 0);
  for (const [dim, n] of corner.shape.entries()) {
    if (n > SHOWN) corner = narrow(corner, dim, 0, SHOWN);
  }
  return corner;
}

/** Where the corner is, as an index of PyTorch: 0, :10, : */
const placeOf = (x: Tensor, corner: Tensor): string[] =>
  x.shape.map((n, dim) => {
    if (dim < x.ndim - corner.ndim) return "0";
    return n > SHOWN ? `:${SHOWN}` : ":";
  });

/** Rows and columns bear their indices; a vector or a number is one row. */
function tableOf(head: string, values: NestedValues): string {
  type Row = readonly (number | boolean)[];
  const row = typeof values === "object" ? values : [values];
  const matrix = typeof row[0] === "object" ? (row as readonly Row[]) : null;
  const rows = (matrix ?? [row as Row]).map((line, i) => [matrix ? i : "", ...line]);
  return htmlTable(head, ["", ...(matrix?.[0] ?? row).keys()], rows);
}
