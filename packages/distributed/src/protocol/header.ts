import { MismatchError } from "../errors.ts";
import { elementNames, type ReduceOp, reduceOps } from "./values.ts";

/** What ranks can do together, by code. */
const operations = [
  "allReduce",
  "reduce",
  "broadcast",
  "allGather",
  "gather",
  "scatter",
  "reduceScatter",
  "barrier",
  "allGatherObject",
  "broadcastObject",
  "newGroup",
  "destroyProcessGroup",
  "DistributedDataParallel",
  "DistributedDataParallel.synchronize",
  "DistributedDataParallel.join",
  "SyncBatchNorm",
  "ZeroRedundancyOptimizer.step",
] as const;
export type Operation = (typeof operations)[number];

/** One call of a collective, as this rank makes it. */
export interface Call {
  readonly operation: Operation;
  /** The elements' dtype, "objects" or "nothing". */
  readonly elements?: (typeof elementNames)[number];
  readonly shape?: readonly number[];
  readonly op?: ReduceOp;
  /** The rank that gives or gets; in the group. */
  readonly root?: number;
  /** Training steps so far, and which of a step's buckets it is. */
  readonly step?: number;
  readonly part?: number;
  /** A hash of what has no room here: names and shapes of a model. */
  readonly hash?: number;
}

/** Words of a header. */
export const HEADER_WORDS = 24;
const DIMS = 8;

/** A call as words: number of the collective in its group, what it does, on what, at which step. */
export function encode(call: Call, sequence: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(HEADER_WORDS);
  const { shape = [] } = call;
  words[0] = sequence;
  words[1] = operations.indexOf(call.operation);
  words[2] = elementNames.indexOf(call.elements ?? "nothing");
  words[3] = call.op === undefined ? -1 : reduceOps.indexOf(call.op);
  words[4] = call.root ?? -1;
  words[5] = call.step ?? -1;
  words[6] = call.part ?? -1;
  words[7] = call.hash ?? 0;
  words[8] = shape.length;
  words[9] = hashOf(shape.join(","));
  for (let d = 0; d < Math.min(DIMS, shape.length); d++) words[10 + d] = shape[d] as number;
  return words;
}

/** A header in words: `allReduce #12 (sum) of f32 [64, 10] at step 3`. */
export function printed(words: Int32Array): string {
  const at = (i: number): number => words[i] as number;
  const dims = [...words.subarray(10, 10 + Math.min(DIMS, at(8)))];
  if (at(8) > DIMS) dims.push(Number.NaN);
  const shape = dims.map((size) => (Number.isNaN(size) ? "…" : size)).join(", ");
  const elements = elementNames[at(2)];
  return [
    `${operations[at(1)]} #${at(0)}`,
    at(3) < 0 ? "" : ` (${reduceOps[at(3)]})`,
    elements === "nothing" ? "" : ` of ${elements}${elements === "objects" ? "" : ` [${shape}]`}`,
    at(4) < 0 ? "" : ` of rank ${at(4)}`,
    at(5) < 0 ? "" : ` at step ${at(5)}`,
    at(6) < 0 ? "" : `, bucket ${at(6)}`,
  ].join("");
}

/**
 * Throws MismatchError unless all ranks make the same call. `ranks` are their numbers in the world.
 */
export function checkAgreement(headers: readonly Int32Array[], ranks: readonly number[]): void {
  const [first] = headers as [Int32Array];
  if (headers.every((words) => words.every((word, i) => word === first[i]))) return;
  const texts = headers.map(printed);
  const [own] = texts as [string];
  const title = own.startsWith("destroy") ? (texts.find((text) => text !== own) as string) : own;
  const lines = ranks.map((rank, i) => `\n  rank ${rank}: ${texts[i]}`);
  throw new MismatchError(
    `${title.split(" ")[0]}: ranks do not do the same${lines.join("")}\n  hint: ${cureOf(headers, texts)}`,
  );
}

function cureOf(headers: readonly Int32Array[], texts: readonly string[]): string {
  const differ = (i: number): boolean => headers.some((words) => words[i] !== headers[0]?.[i]);
  const ended = texts.some((text) => text.startsWith("destroyProcessGroup"));
  if (ended)
    return "one rank has come to its end: give all the same number of steps, or DistributedDataParallel.join";
  if (differ(5))
    return "one rank has taken more steps: give all the same number, or DistributedDataParallel.join";
  if (!differ(1) && (differ(2) || differ(8) || differ(9)))
    return "all ranks give tensors of one shape and dtype";
  if (!differ(1) && differ(7)) return "all ranks make the same model";
  return "all ranks call the same collectives in the same order";
}

/** FNV-1a of a text, as a signed word. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
