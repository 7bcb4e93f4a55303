/** The values that a sweep gives to every parameter, and which of them calls may take. */

/** What a kind takes, as `wrong` of arguments.ts writes values. */
const ofKind: Readonly<Record<string, string>> = {
  tensor: "tensor",
  operand: "tensor|7|true|NaN|-1|1.5|Infinity",
  boolean: "true",
  number: "7",
  NaN: "NaN",
  int: "7|-1",
  count: "7",
  size: "7",
  null: "null",
  function: "() => 0",
  string: '"zzz"',
  object: "{}",
  array: '[]|[1, 2]|[-1]|[1.5]|[NaN]|["z"]',
  iterable: '[]|[1, 2]|[-1]|[1.5]|[NaN]|["z"]',
  list: "[]|[1, 2]",
  "number[]": "[]|[1, 2]",
  "int[]": "[]|[1, 2]|[-1]",
  "count[]": "[]|[1, 2]",
  "string[]": '[]|["z"]',
  "tensor[]": "[]",
  dataset: '[]|[1, 2]|[-1]|[1.5]|[NaN]|["z"]',
};

interface Rule {
  /** Names of parameters, or places as the sweep writes them: `space.name.parameter`. */
  readonly names: RegExp;
  readonly values: string;
  /** Why they are right, or why no one checks them. */
  readonly why: string;
}

const rules: readonly Rule[] = [
  {
    names: /^(dim[s012]?|startDim|endDim|source|destination|paddingIdx|axes)$/,
    values: "-1|[-1]",
    why: "a negative dimension or index counts from the end",
  },
  {
    names:
      /^(a|alpha|b|base|beta|d|decimals|delta|dx|end|eps|etaMin|gain|high|k|lambd|limit|loc|low|lower|margin|max|maxVal|mean|median|min|minDelta|minVal|momentum|negativeSlope|nan|neginf|normType|ord|p|padValue|paddingValue|power|posinf|scale|smoothValue|spacing|start|std|t0|testElements|threshold|val|value|values|weight|x|fill|fillValue|dampening|correction|rcond|rtol|atol|val|param|substitutionCost|totalNorm)$/,
    values: "-1|1.5|Infinity",
    why: "a real number; PyTorch checks no more where it checks at all",
  },
  {
    names:
      /^(alpha|beta[12]?|clipValue|concentration[01]?|degrees|df[12]?|divValue|epsilon|factor|gamma|growthFactor|initScale|initialAccumulatorValue|logBase|lr|lrDecay|maxLr|maxNorm|baseLr|momentumDecay|rate|scaleFactor|sigma|sparsity|step|swaLr|tau|temperature|toleranceChange|toleranceGrad|upper|weightDecay|maxnorm|finalDivFactor|divFactor|brightness|contrast|saturation|shear|lrLambda)$/,
    values: "1.5|Infinity|[1.5]",
    why: "a positive real number",
  },
  {
    names: /^(fill|value|pad|nan|posinf|neginf|zeroDivision|paddingValue|padValue)$/,
    values: "NaN|-1|1.5|Infinity",
    why: "a value that fills a place may be any, not a number too",
  },
  {
    names: /^(shape|size|sizes|s|reps|repeats|padding|pad)$/,
    values: "-1|[-1]",
    why: "-1 stands for the size that remains; a negative padding crops",
  },
  { names: /^device$/, values: "tensor|null", why: "the device of a tensor; null is the default" },
  {
    names: /^(dtype|norm|sorter|sampler|batchSampler|sampleWeight|types|stratify)$/,
    values: "null",
    why: "null is the default, as None is",
  },
  {
    names: /^(sampleWeight|multioutput)$/,
    values: "[1, 2]|tensor",
    why: "one number for each row or output",
  },
  {
    names: /^(indices|index)$/,
    values: "[]|null|true|-1|[-1]",
    why: "an index is a number, null for a new dimension, true for all, or a list of these",
  },
  {
    names: /^(prepend|append|attnMask|sampler|args|maxNorm|std)$/,
    values: "null|tensor|7|-1",
    why: "as the documentation says; PyTorch takes a negative maxNorm",
  },
  {
    names:
      /^(offset|n|seed|numClasses|groups|beta2Decay|lastEpoch|gamma|divFactor|finalDivFactor|factor|sparsity|step)$/,
    values: "-1",
    why: "PyTorch takes a negative one",
  },
  {
    names:
      /^(totalIters|TMax|stepSizeUp|stepSizeDown|cooldown|patience|baseLr|maxLr|minLr|swaLr|baseMomentum|maxMomentum)$/,
    values: "-1|1.5|Infinity|[-1]|[1.5]|[NaN]",
    why: "schedulers of PyTorch do not check them",
  },
  {
    names: /^(parameters|params|tensors)$/,
    values: "[]|tensor",
    why: "one tensor, its rows, or none",
  },
  { names: /^optim\.Adafactor\{eps\}$/, values: "[1, 2]", why: "two numbers" },
  {
    names: /^autograd\.isTensor\.value$/,
    values: '7|"zzz"|NaN|-1|1.5|Infinity|[]|null|true|() => 0|tensor|[1, 2]|[-1]|[1.5]|[NaN]|["z"]',
    why: "it asks of any value whether it is a tensor",
  },
  {
    names: /^(inDims|outDims)$/,
    values:
      '7|"zzz"|NaN|-1|1.5|Infinity|[]|null|true|{}|() => 0|tensor|[1, 2]|[-1]|[1.5]|[NaN]|["z"]',
    why: "vmap checks them when its function is called, as PyTorch does",
  },
  {
    names: /^(data)$/,
    values: "7|NaN|-1|1.5|Infinity|[]|true|tensor|[1, 2]|[-1]|[1.5]|[NaN]",
    why: "data is a number, a boolean, a tensor or nested arrays of them",
  },
];

const seen = (names: RegExp, place: string): boolean => {
  const name = place.split(/[.{]/).at(-1)?.replace("}", "") ?? "";
  return names.test(name) || names.test(place);
};

/** The values that neither the kinds of a place nor a rule allow. */
export function unreviewed(place: string, kinds: string, values: readonly string[]): string[] {
  const allowed = new Set<string>(place.endsWith("}") ? [] : ["{}"]);
  const add = (list: string): void => {
    for (const value of list.split("|")) allowed.add(value);
  };
  for (const kind of kinds.split(" | ")) add(ofKind[kind] ?? "");
  for (const { names, values: more } of rules) if (seen(names, place)) add(more);
  return values.filter((value) => !allowed.has(value));
}
