import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shown } from "../estimator/settings.ts";
import type { DecisionTreeClassifier, DecisionTreeRegressor } from "./decision-tree.ts";
import { type ExportTextOptions, namesOf } from "./text.ts";
import { LEAF } from "./tree.ts";

/** Settings of plotTree and exportSvg. */
export interface PlotTreeOptions
  extends Pick<ExportTextOptions, "featureNames" | "classNames" | "decimals"> {
  /** Depth below which branches are omitted (default: none are). */
  readonly maxDepth?: number;
}

/** A node of the drawing. */
export interface DrawnNode {
  /** Index of the node and of its parent; −1 for the root's parent. */
  readonly node: number;
  readonly parent: number;
  /**
   * Horizontal position: leaves at 0.5, 1.5, … from the left, other nodes in the middle of their
   * children.
   */
  readonly x: number;
  readonly depth: number;
  /** The test of the node: "sqft ≤ 1500.5"; rows that pass go left. Null in leaves. */
  readonly question: string | null;
  /** The prediction: the name of a class, or a number. */
  readonly prediction: string;
  /** The prediction as numbers: a mean or median, or the fraction of each class. */
  readonly value: readonly number[];
  readonly impurity: number;
  readonly samples: number;
  /** Whether a branch below the node is omitted. */
  readonly isCut: boolean;
}

/** The drawing of a tree. */
export interface TreeDrawing {
  /** Parents come before children, left before right. */
  readonly nodes: readonly DrawnNode[];
  /** Width and depth in nodes. */
  readonly leaves: number;
  readonly depth: number;
}

type AnyTree = DecisionTreeClassifier | DecisionTreeRegressor;

/**
 * Positions and texts of the nodes of a fitted tree. Throws ArgumentError for a wrong number of
 * names.
 */
export function plotTree(model: AnyTree, options: PlotTreeOptions = {}): TreeDrawing {
  checkCall(
    "plotTree(model: decisionTree, { featureNames, classNames, maxDepth: number, decimals: number })",
    arguments,
  );
  return drawing("plotTree", model, options);
}

function drawing(call: string, model: AnyTree, options: PlotTreeOptions): TreeDrawing {
  const { maxDepth = Number.POSITIVE_INFINITY, decimals = 2 } = options;
  if (!(maxDepth >= 0)) {
    throw new ArgumentError(`${call}: maxDepth is ${shown(maxDepth)}\n  hint: 0 or more`);
  }
  const { features, classes } = namesOf(call, model, options);
  const { feature, threshold, left, right, value, impurity, samples, width } = model.tree;
  const nodes: DrawnNode[] = [];
  let [leaves, deepest] = [0, 0];
  const visit = (node: number, parent: number, depth: number): number => {
    const isLeaf = left[node] === LEAF;
    const isCut = !isLeaf && depth >= maxDepth;
    const at = nodes.length;
    const values = Array.from(value.subarray(node * width, (node + 1) * width));
    const drawn: DrawnNode = {
      node,
      parent,
      x: 0,
      depth,
      question: isLeaf
        ? null
        : `${features[feature[node] as number]} ≤ ${Number((threshold[node] as number).toFixed(decimals))}`,
      prediction:
        classes === null
          ? (values[0] as number).toFixed(decimals)
          : (classes[values.indexOf(Math.max(...values))] as string),
      value: values,
      impurity: impurity[node] as number,
      samples: samples[node] as number,
      isCut,
    };
    nodes.push(drawn);
    deepest = Math.max(deepest, depth);
    const x =
      isLeaf || isCut
        ? leaves++ + 0.5
        : (visit(left[node] as number, node, depth + 1) +
            visit(right[node] as number, node, depth + 1)) /
          2;
    nodes[at] = { ...drawn, x };
    return x;
  };
  visit(0, -1, 0);
  return { nodes, leaves, depth: deepest };
}

const BOX = { width: 148, height: 62, gapX: 14, gapY: 38, margin: 12 } as const;
/** Colours of classes that colour-blind readers can tell apart; numbers use the first. */
const HUES = ["47 111 219", "239 91 60", "42 157 111", "217 164 0", "142 91 208", "26 165 184"];

/**
 * A fitted tree as the text of an SVG picture. A deeper colour means a larger value or a purer
 * class.
 */
export function exportSvg(model: AnyTree, options: PlotTreeOptions = {}): string {
  checkCall(
    "exportSvg(model: decisionTree, { featureNames, classNames, maxDepth: number, decimals: number })",
    arguments,
  );
  const { nodes, leaves, depth } = drawing("exportSvg", model, options);
  const width = 2 * BOX.margin + leaves * (BOX.width + BOX.gapX);
  const height = 2 * BOX.margin + (depth + 1) * (BOX.height + BOX.gapY) - BOX.gapY;
  const centre = ({ x, depth: level }: DrawnNode): readonly [number, number] => [
    BOX.margin + x * (BOX.width + BOX.gapX),
    BOX.margin + level * (BOX.height + BOX.gapY) + BOX.height / 2,
  ];
  const byNumber = new Map(nodes.map((node) => [node.node, node]));
  const lines = nodes.flatMap((node) => {
    const above = byNumber.get(node.parent);
    if (above === undefined) return [];
    const [[x1, y1], [x2, y2]] = [centre(above), centre(node)];
    const [top, bottom] = [y1 + BOX.height / 2, y2 - BOX.height / 2];
    const middle = (top + bottom) / 2;
    return `<path d="M${x1} ${top}C${x1} ${middle} ${x2} ${middle} ${x2} ${bottom}" fill="none" stroke="#8a94a0"/>`;
  });
  const numbers = nodes.map(({ value }) => value[0] as number);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const boxes = nodes.map((node) => {
    const [x, y] = centre(node);
    const best = Math.max(...node.value);
    const isClass = node.value.length > 1;
    const hue = isClass ? node.value.indexOf(best) % HUES.length : 0;
    const least = 1 / node.value.length;
    const shade = isClass ? (best - least) / (1 - least) : (best - low) / (high - low || 1);
    const text = [
      node.isCut ? `${node.question} …` : (node.question ?? node.prediction),
      `${node.samples} rows${node.question === null ? "" : `, ${node.prediction}`}`,
    ];
    return [
      `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="rgb(${HUES[hue]} / ${(0.06 + 0.44 * shade).toFixed(3)})" stroke="rgb(${HUES[hue]})"/>`,
      ...text.map(
        (line, i) =>
          `<text x="${x}" y="${y - 4 + 19 * i}" text-anchor="middle" font-size="${i === 0 ? 13 : 12}"${i === 0 ? ' font-weight="600"' : ""} fill="#1d2733">${escaped(line)}</text>`,
      ),
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...lines,
    ...boxes,
    "</svg>\n",
  ].join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
