import { t } from "../../../src/shared/language.ts";
import { svg } from "../../charts/svg.ts";
import type { Node } from "./lesson.ts";

const ROW = 80;
const BOX = { height: 56, most: 132, gap: 6 } as const;
/** About how wide a letter is, at the size that nodes are written in. */
const LETTER = 6.6;

const LINE = 16;
/** Lines that a box holds. */
const LINES = 3;

const thousands = (price: number): string => `$${Math.round(price / 1000)}k`;

/**
 * A tree from its root down, in as much width as there is: what a node has no room to say is its
 * tooltip.
 */
export class TreePicture {
  readonly #place: HTMLElement;
  #nodes: readonly Node[] = [];
  #leaves = 0;

  constructor(place: HTMLElement, signal: AbortSignal) {
    this.#place = place;
    let width = place.clientWidth;
    const observer = new ResizeObserver(() => {
      if (place.clientWidth === width) return;
      width = place.clientWidth;
      this.#draw();
    });
    observer.observe(place);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  show(nodes: readonly Node[], leaves: number): void {
    this.#nodes = nodes;
    this.#leaves = leaves;
    this.#draw();
  }

  #draw(): void {
    const nodes = this.#nodes;
    if (nodes.length === 0) return;
    const width = Math.max(240, this.#place.clientWidth);
    const deepest = Math.max(...nodes.map(({ depth }) => depth));
    const height = ROW * (deepest + 1);
    const xOf = ({ x }: Node): number => (x / this.#leaves) * width;
    const yOf = ({ depth }: Node): number => ROW * depth + ROW / 2;
    const prices = nodes.map(({ price }) => price);
    const [low, high] = [Math.min(...prices), Math.max(...prices)];
    const byNumber = new Map(nodes.map((node) => [node.node, node]));
    const branches = nodes.flatMap((node) => {
      const above = byNumber.get(node.parent);
      if (above === undefined) return [];
      const [x1, y1, x2, y2] = [xOf(above), yOf(above), xOf(node), yOf(node)];
      const middle = (y1 + y2) / 2;
      return svg("path", {
        class: "branch",
        d: `M${x1},${y1}C${x1},${middle} ${x2},${middle} ${x2},${y2}`,
      });
    });
    const boxes = nodes.map((node) => {
      const room = roomOf(node, nodes, xOf, width);
      const [x, y] = [xOf(node), yOf(node)];
      const box = svg("g", {});
      const { question, price, samples } = node;
      const title = svg("title");
      title.textContent = [
        ...(question === null ? [] : [`${question}?`]),
        t("{price}, {samples} houses", { price: thousands(price), samples }),
      ].join(" ");
      const part = (price - low) / (high - low || 1);
      box.append(
        title,
        svg("rect", {
          x: x - room / 2,
          y: y - BOX.height / 2,
          width: room,
          height: BOX.height,
          rx: Math.min(6, room / 3),
          fill: `color-mix(in oklab, var(--high) ${Math.round(100 * part)}%, var(--low))`,
        }),
        ...linesOf(node, room).map(({ text, isAsked }, i, { length }) => {
          const line = svg("text", {
            x,
            y: y + LINE * (i - (length - 1) / 2),
            class: isAsked ? "asked" : "",
          });
          line.textContent = text;
          return line;
        }),
      );
      return box;
    });
    const drawn = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": t("A tree of {leaves} leaves; its first question is {question}", {
        leaves: this.#leaves,
        question: nodes[0]?.question,
      }),
    });
    drawn.append(...branches, ...boxes);
    this.#place.replaceChildren(drawn);
  }
}

/** What there is room for, in three lines: the question, the mean price, how many houses. */
function linesOf({ question, price, samples }: Node, room: number) {
  const fits = (text: string): boolean => text.length * LETTER <= room;
  // A question that is too long for one line takes two: "longitude", "≤ -121.28".
  const [, feature = "", bound = ""] = /^(.*) (≤.*)$/.exec(question ?? "") ?? [];
  const inTwo = [feature, bound].every((part) => part !== "" && fits(part)) ? [feature, bound] : [];
  const asked = question === null ? [] : fits(question) ? [question] : inTwo;
  const told = [thousands(price), `${samples}`].filter(fits);
  const lines = [
    ...asked.map((text) => ({ text, isAsked: true })),
    ...told.map((text) => ({ text, isAsked: false })),
  ].slice(0, LINES);
  if (fits(thousands(price))) return lines;
  const short = `${Math.round(price / 1000)}`;
  return fits(short) ? [{ text: short, isAsked: false }] : [];
}

/** How wide a node may be without touching its neighbours or the edge. */
function roomOf(
  node: Node,
  nodes: readonly Node[],
  xOf: (node: Node) => number,
  width: number,
): number {
  const x = xOf(node);
  let room = Math.min(BOX.most, 2 * x, 2 * (width - x));
  for (const other of nodes) {
    if (other.depth !== node.depth || other === node) continue;
    room = Math.min(room, Math.abs(xOf(other) - x) - BOX.gap);
  }
  return Math.max(3, room);
}
