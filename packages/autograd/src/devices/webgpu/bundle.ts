import type { Kernel } from "../device.ts";
import type { LoweringLimits } from "./lower.ts";
import { type Declared, fold, type Stage, type StageParts, shaderOf } from "./shader.ts";
import { Words } from "./words.ts";

/** What the writer of a kernel gives. */
export interface Written {
  readonly stages: readonly Stage[];
  readonly scratch: readonly number[];
}

export type Write = (part: Kernel, words: Words, limits: LoweringLimits) => Written;

/** The kernels that share a dispatch, each as if it were alone, and the number that its first output has among those of all. */
export function partsOf(kernel: Kernel): { readonly first: number; readonly kernel: Kernel }[] {
  let next = 0;
  return kernel.parts.map((part) => {
    const first = next;
    next += part.stored.length;
    const inputs = kernel.inputs.map((input) => {
      const mine = input.inPlace >= first && input.inPlace < next;
      return { ...input, inPlace: mine ? input.inPlace - first : -1 };
    });
    const places = kernel.places?.slice(first, next) ?? [];
    return { first, kernel: { ...part, inputs, places, params: kernel.params } };
  });
}

/**
 * Kernels that do not need each other in one dispatch: the first workgroups are the first's, and so on; of kernels in several stages,
 * stage by stage. What cannot share one (workgroups of other sizes, too many buffers) follows on its own.
 */
export function bundleStages(
  kernel: Kernel,
  words: Words,
  limits: LoweringLimits,
  write: Write,
): Written {
  const parts = partsOf(kernel);
  // a product has a size of workgroup that it wants, the others take any
  const leader = parts.find(({ kernel: part }) => isProduct(part)) ?? parts[0];
  const wanted = write((leader as (typeof parts)[number]).kernel, new Words(kernel.params), limits);
  const workgroup = wanted.stages[0]?.parts?.workgroup;
  const own = workgroup === undefined ? limits : { ...limits, workgroup };
  const scratch: number[] = [];
  const written = parts.map(({ kernel: part, first }) => {
    const one = write(part, words, own);
    const stages = one.stages.map((stage) => moved(stage, first, scratch.length));
    scratch.push(...one.scratch);
    return stages;
  });
  const rounds = Math.max(...written.map((stages) => stages.length));
  const stages = Array.from({ length: rounds }, (_, round) => {
    const apart = written.flatMap((all) => all[round] ?? []);
    const alike = apart.every((stage) => stage.parts?.workgroup === apart[0]?.parts?.workgroup);
    if (apart.length < 2 || !alike || apart[0]?.parts == null) return apart;
    const together = merge(apart, words, limits);
    return together.bindings.length > limits.maxBindings || bindsTwice(together)
      ? apart
      : [together];
  });
  return { stages: stages.flat(), scratch };
}

/** A buffer that may be written is bound once: not as numbers here and as vectors there. */
const bindsTwice = ({ bindings }: Stage): boolean =>
  bindings.some(
    ({ source, writable }, i) =>
      writable &&
      "input" in source &&
      bindings.some((other, j) => {
        return j !== i && "input" in other.source && other.source.input === source.input;
      }),
  );

const isProduct = ({ steps, anchor }: Kernel): boolean =>
  anchor >= 0 && steps[anchor]?.op.meaning.kind === "contract";

/** The stage with its outputs and scratch buffers numbered as the bundle's. */
function moved(stage: Stage, first: number, scratch: number): Stage {
  const source = (one: Declared["source"]): Declared["source"] => {
    if ("output" in one) return { output: one.output + first };
    return "scratch" in one ? { scratch: one.scratch + scratch } : one;
  };
  return {
    ...stage,
    bindings: stage.bindings.map((binding) => ({ ...binding, source: source(binding.source) })),
    parts: stage.parts && {
      ...stage.parts,
      declared: stage.parts.declared.map((one) => ({ ...one, source: source(one.source) })),
    },
  };
}

function merge(stages: readonly Stage[], words: Words, limits: LoweringLimits): Stage {
  const declared: Declared[] = [];
  const functions = new Set<string>();
  const bodies: string[] = [];
  const turns: string[] = [];
  let before = 0;
  stages.forEach(({ parts, workgroups }, i) => {
    const names = new Map<string, string>();
    for (const one of (parts as StageParts).declared) {
      const known = declared.find(
        (other) =>
          "input" in one.source &&
          "input" in other.source &&
          one.source.input === other.source.input &&
          one.type === other.type &&
          one.writable === other.writable,
      );
      const name = known?.name ?? `part${i}_${one.name}`;
      if (known === undefined) declared.push({ ...one, name });
      names.set(one.name, name);
    }
    for (const text of (parts as StageParts).functions) functions.add(text);
    const body = (parts as StageParts).body.replace(
      /\b(?:in|out|scratch)\d*\b/g,
      (name) => names.get(name) ?? name,
    );
    bodies.push(`fn part${i}(group: vec3<u32>, local: u32) {\n${body}\n}`);
    const count = workgroups[0] * workgroups[1];
    const origin = words.number(before);
    turns.push(
      `  if (turn >= ${origin} && turn < ${words.number(before + count)}) { part${i}(vec3<u32>(turn - ${origin}, 0u, 0u), local); }`,
    );
    before += count;
  });
  const { workgroup } = (stages[0] as Stage).parts as StageParts;
  const workgroups = fold(before, limits);
  const main = `${bodies.join("\n")}
@compute @workgroup_size(${workgroup}) fn main(
  @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let turn = group.y * ${words.number(workgroups[0])} + group.x;
${turns.join("\n")}
}
`;
  return { ...shaderOf(declared, [...functions], main), workgroups, parts: null };
}
