import { families } from "../../src/onnx/operators.ts";
import type { ConformanceCase, ConformanceOutcome } from "./conformance.ts";

/** The sixty operators that vision, text and speech models use most. */
const practical: readonly string[] = `
  Add ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Clip Concat Constant Conv
  ConvTranspose Div Dropout Erf Exp Expand Flatten Gather GatherElements Gemm
  GlobalAveragePool GreaterOrEqual HardSigmoid Identity If LayerNormalization LeakyRelu Log
  LogSoftmax MatMul Max MaxPool Min Mod Mul Neg Pow Range ReduceMax ReduceMean ReduceSum Relu
  Reshape Resize ScatterND Shape Sigmoid Slice Softmax SoftmaxCrossEntropyLoss Split Sqrt
  Squeeze Sub Tanh Transpose Trilu Unsqueeze Where
`
  .trim()
  .split(/\s+/);

/** The sixty operators that cover the most cases. */
const covering: readonly string[] = `
  Add And ArgMax ArgMin AveragePool BatchNormalization BitShift Cast CastLike Clip Concat
  Constant Conv ConvTranspose CumSum Div Dropout Exp Flatten Gemm GridSample Hardmax Identity
  LayerNormalization Log LogSoftmax Max MaxPool Min Mod Mul NegativeLogLikelihoodLoss
  NonMaxSuppression Or PRelu Pad Pow ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean
  ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape Resize Shape Slice Softmax
  SoftmaxCrossEntropyLoss Split StringNormalizer Sub TfIdfVectorizer Transpose Trilu Unsqueeze
  Xor
`
  .trim()
  .split(/\s+/);

const lists = {
  "the sixty operators that model files use most": practical,
  "the sixty operators that cover the most cases": covering,
} as const;

/** A case with its outcome. */
export type Checked = ConformanceCase & ConformanceOutcome;

/**
 * Number of cases that use only the operators of each list, and how many pass or are refused by
 * name.
 */
export const summary = (
  outcomes: readonly Checked[],
): { list: string; all: number; right: number; refused: number }[] =>
  Object.entries(lists).map(([list, names]) => {
    const own = outcomes.filter(({ operators }) => operators.every((name) => names.includes(name)));
    const count = (wanted: string) => own.filter(({ status }) => status === wanted).length;
    return { list, all: own.length, right: count("right"), refused: count("refused") };
  });

/**
 * The support table in Markdown: every operator with its supported attributes and the number of
 * passing cases.
 */
export function supportTable(outcomes: readonly Checked[]): string {
  const rows = Object.entries(families).flatMap(([family, operators]) =>
    Object.entries(operators).map(([name, { attributes = {} }]) => {
      const own = outcomes.filter((item) => item.operators.includes(name));
      const right = own.filter(({ status }) => status === "right").length;
      const settings = Object.entries(attributes).map(([attribute, accepted]) =>
        accepted === true || accepted.length > 8
          ? `\`${attribute}\``
          : `\`${attribute}\` (${accepted.join(", ")})`,
      );
      const cases = own.length === 0 ? "" : `${right} of ${own.length}`;
      return `| \`${name}\` | ${family} | ${settings.join(", ")} | ${cases} |`;
    }),
  );
  const counts = summary(outcomes).map(
    ({ list, all, right, refused }) =>
      `- Of ${list}: ${right} of ${all} cases pass, ${refused} are refused by name.`,
  );
  const refused = [
    ...new Set(
      outcomes.flatMap(({ status, operators }) =>
        status === "refused" ? operators.filter((name) => !isBuilt(name)) : [],
      ),
    ),
  ];
  return [
    ...counts,
    "",
    "| operator | family | attributes | passing cases |",
    "|---|---|---|---|",
    ...rows,
    "",
    `Operators that are refused by name include ${refused
      .sort()
      .map((name) => `\`${name}\``)
      .join(", ")}.`,
  ].join("\n");
}

const isBuilt = (name: string): boolean =>
  Object.values(families).some((operators) => Object.hasOwn(operators, name));
