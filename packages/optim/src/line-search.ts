/** A trial step on the line x + t d: the loss and its derivative along d. */
interface Probe {
  readonly t: number;
  readonly loss: number;
  readonly slope: number;
}

export interface LineSearchOptions {
  /** Stops when the bracket changes no element by more than this. */
  readonly toleranceChange: number;
  /** Constants c₁ (sufficient decrease) and c₂ (curvature) (defaults 1e-4 and 0.9). */
  readonly c1?: number;
  readonly c2?: number;
  /** Maximum number of trial steps after the first (default 25). */
  readonly limit?: number;
}

/**
 * Finds a step that meets the strong Wolfe conditions (Nocedal & Wright 2006, Algorithms 3.5 and
 * 3.6):
 *   f(t) ≤ f(0) + c₁ t f′(0)        |f′(t)| ≤ c₂ |f′(0)|
 * Starts at `first`, extends the step until a bracket contains such a t, then narrows the bracket
 * by cubic interpolation. `reach` is the largest element of |d|. Returns the best trial step and
 * the number of trials.
 */
export async function strongWolfe<P extends Probe>(
  probe: (t: number) => Promise<P>,
  start: P,
  first: number,
  reach: number,
  { toleranceChange, c1 = 1e-4, c2 = 0.9, limit = 25 }: LineSearchOptions,
): Promise<{ readonly best: P; readonly probes: number }> {
  const tooHigh = ({ t, loss }: P): boolean => loss > start.loss + c1 * t * start.slope;
  const flat = ({ slope }: P): boolean => Math.abs(slope) <= -c2 * start.slope;

  let before = start;
  let here = await probe(first);
  let tries = 0;
  let bracket: [P, P] | null = null;
  while (tries < limit) {
    if (tooHigh(here) || (tries > 1 && here.loss >= before.loss)) {
      bracket = [before, here];
      break;
    }
    if (flat(here)) return { best: here, probes: tries + 1 };
    if (here.slope >= 0) {
      bracket = [before, here];
      break;
    }
    const bounds = [here.t + 0.01 * (here.t - before.t), here.t * 10] as const;
    const t = cubicMinimum(before, here, bounds);
    before = here;
    here = await probe(t);
    tries++;
  }
  let [low, high] = ordered(bracket ?? [start, here]);
  let stuck = false;
  while (tries < limit && Math.abs(high.t - low.t) * reach >= toleranceChange) {
    const [left, right] = [Math.min(low.t, high.t), Math.max(low.t, high.t)];
    let t = cubicMinimum(low, high, [left, right]);
    // two trials in a row near the bracket's edge make no progress, so move 10 % inwards
    const margin = 0.1 * (right - left);
    const nearEdge = Math.min(right - t, t - left) < margin;
    if (nearEdge && (stuck || t >= right || t <= left)) {
      t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
      stuck = false;
    } else stuck = nearEdge;
    here = await probe(t);
    tries++;
    if (tooHigh(here) || here.loss >= low.loss) {
      [low, high] = ordered([low, here]);
      continue;
    }
    if (flat(here)) return { best: here, probes: tries + 1 };
    if (here.slope * (high.t - low.t) >= 0) high = low;
    low = here;
  }
  return { best: low, probes: tries + 1 };
}

/** Orders two trial steps by loss. */
const ordered = <P extends Probe>([a, b]: readonly [P, P]): readonly [P, P] =>
  a.loss <= b.loss ? [a, b] : [b, a];

/**
 * The minimum, within the bounds, of the cubic with these values and derivatives; the bounds'
 * midpoint if the cubic has no minimum.
 */
function cubicMinimum(a: Probe, b: Probe, [low, high]: readonly [number, number]): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const d1 = left.slope + right.slope - (3 * (left.loss - right.loss)) / (left.t - right.t);
  const square = d1 * d1 - left.slope * right.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const part = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return Math.min(Math.max(right.t - (right.t - left.t) * part, low), high);
}
