import { MismatchError } from "../errors.ts";
import { elementNames, type ReduceOp, reduceOps } from "./values.ts";

/** Operations of ranks, by code. */
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
  /** Dtype of the elements, "objects" or "nothing". */
  readonly elements?: (typeof elementNames)[number];
  readonly shape?: readonly number[];
  readonly op?: ReduceOp;
  /** Rank in the group of the sender or receiver. */
  readonly root?: number;
  /** Number of training steps so far, and the index of the bucket. */
  readonly step?: number;
  readonly part?: number;
  /** Hash of values that do not fit into the header, such as a model's names and shapes. */
  readonly hash?: number;
}

/** Number of words of a header. */
export const HEADER_WORDS = 24;
const DIMS = 8;

/** Encodes a call: its number in the group, operation, elements, and step. */
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

/** Describes a header: `allReduce #12 (sum) of f32 [64, 10] at step 3`. */
export function describeHeader(words: Int32Array): string {
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
  const texts = headers.map(describeHeader);
  const [own] = texts as [string];
  const title = own.startsWith("destroy") ? (texts.find((text) => text !== own) as string) : own;
  const lines = ranks.map((rank, i) => `\n  rank ${rank}: ${texts[i]}`);
  throw new MismatchError(
    `${title.split(" ")[0]}: ranks make different calls${lines.join("")}\n  hint: ${hintFor(headers, texts)}`,
  );
}

function hintFor(headers: readonly Int32Array[], texts: readonly string[]): string {
  const differ = (i: number): boolean => headers.some((words) => words[i] !== headers[0]?.[i]);
  const ended = texts.some((text) => text.startsWith("destroyProcessGroup"));
  if (ended)
    return "one rank has finished: take the same number of steps on all ranks, or use DistributedDataParallel.join";
  if (differ(5))
    return "one rank has taken more steps: take the same number on all ranks, or use DistributedDataParallel.join";
  if (!differ(1) && (differ(2) || differ(8) || differ(9)))
    return "pass tensors of the same shape and dtype on all ranks";
  if (!differ(1) && differ(7)) return "make the same model on all ranks";
  return "call the same collectives in the same order on all ranks";
}

/** FNV-1a hash of a text, as a signed word. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
