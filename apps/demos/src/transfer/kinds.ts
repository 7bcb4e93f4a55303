/** What is drawn, in the order of the labels. */
export const kinds = ["face", "house", "tree", "fish", "cup"] as const;
export type Kind = (typeof kinds)[number];

/** Pixels of a side. */
export const SIDE = 96;

/** A number from `low` to `high`. */
type Draw = (low: number, high: number) => number;

/** A line of a drawing: an ellipse by its middle and its half axes, or a path as SVG writes it. */
export type Shape =
  | { readonly ellipse: readonly [x: number, y: number, a: number, b: number] }
  | { readonly path: string };

/** Lines in a square from −40 to 40, and how they are put on paper. */
export interface Drawing {
  readonly shapes: readonly Shape[];
  readonly paper: string;
  /** Null where nothing is filled. */
  readonly fill: string | null;
  readonly stroke: string;
  readonly pen: number;
  /** Where the middle is, the turn in degrees, and the size. */
  readonly place: readonly [x: number, y: number];
  readonly turn: number;
  readonly scale: number;
}

const ellipse = (x: number, y: number, a: number, b: number): Shape => ({ ellipse: [x, y, a, b] });
const path = (d: string): Shape => ({ path: d });

/** Lines of each thing in a square from −40 to 40, never twice the same. */
const lines: Readonly<Record<Kind, (draw: Draw) => Shape[]>> = {
  face(draw) {
    const [width, height] = [draw(26, 38), draw(28, 38)];
    const [apart, smile] = [draw(8, 14), draw(4, 14)];
    const eyes = [-apart, apart].map((x) => ellipse(x, draw(-12, -6), draw(2, 4), draw(2, 5)));
    const mouth = path(`M ${-apart - 4} ${draw(8, 14)} q ${apart + 4} ${smile} ${2 * apart + 8} 0`);
    return [ellipse(0, 0, width, height), ...eyes, mouth];
  },
  house(draw) {
    const [width, wall, roof] = [draw(22, 34), draw(14, 30), draw(14, 30)];
    const door = draw(6, 10);
    const x = draw(-width + 4, width - door - 4);
    return [
      path(`M ${-width} 0 v ${wall} h ${2 * width} v ${-wall}`),
      path(`M ${-width - draw(0, 6)} 0 L ${draw(-6, 6)} ${-roof} L ${width + draw(0, 6)} 0 Z`),
      path(`M ${x} ${wall} v ${-draw(8, 13)} h ${door} v ${draw(8, 13)}`),
      path(`M ${-x - 4} ${draw(3, 7)} h 7 v 6 h -7 z`),
    ];
  },
  tree(draw) {
    const trunk = draw(3, 7);
    const foot = draw(28, 38);
    const crowns = Array.from({ length: Math.round(draw(2, 5)) }, () =>
      ellipse(draw(-12, 12), draw(-28, -6), draw(11, 20), draw(10, 18)),
    );
    return [path(`M ${-trunk} ${draw(2, 8)} V ${foot} H ${trunk} V ${draw(2, 8)}`), ...crowns];
  },
  fish(draw) {
    const [long, high, tail] = [draw(20, 30), draw(9, 18), draw(8, 15)];
    const end = long + tail;
    return [
      path(`M ${-long} 0 Q 0 ${-2 * high} ${long} 0 Q 0 ${2 * high} ${-long} 0 Z`),
      path(`M ${long} 0 L ${end} ${-draw(7, 14)} L ${end} ${draw(7, 14)} Z`),
      ellipse(-long + draw(7, 11), -draw(1, 4), draw(1.5, 3), draw(1.5, 3)),
      path(`M ${-long / 3} ${-high / 2} q ${draw(2, 6)} ${high / 2} 0 ${high}`),
    ];
  },
  cup(draw) {
    const [top, foot, height] = [draw(18, 28), draw(12, 20), draw(24, 36)];
    const handle = draw(9, 17);
    return [
      ellipse(0, -height / 2, top, draw(3, 8)),
      path(`M ${-top} ${-height / 2} L ${-foot} ${height} H ${foot} L ${top} ${-height / 2}`),
      path(`M ${top - 2} ${-height / 4} q ${2 * handle} ${height / 4} ${-3} ${height * 0.7}`),
    ];
  },
};

/** A drawing takes no more random numbers. */
export const NUMBERS = 64;

/** A drawing of a kind: its size, place, turn, colours and pen are drawn too, from numbers between 0 and 1. */
export function drawingOf(kind: Kind, random: () => number): Drawing {
  const draw: Draw = (low, high) => low + (high - low) * random();
  const hue = Math.round(draw(0, 360));
  const paper = `hsl(${Math.round(draw(0, 360))} ${Math.round(draw(0, 40))}% ${Math.round(draw(80, 100))}%)`;
  const fill = draw(0, 1) < 0.5 ? null : `hsl(${hue} 60% ${Math.round(draw(45, 80))}%)`;
  const place = [48 + draw(-10, 10), 48 + draw(-10, 10)] as const;
  const [turn, scale] = [draw(-20, 20), draw(0.65, 1.1)];
  const stroke = `hsl(${hue} 70% ${Math.round(draw(5, 35))}%)`;
  const pen = draw(1.5, 4.5);
  return { shapes: lines[kind](draw), paper, fill, stroke, pen, place, turn, scale };
}
