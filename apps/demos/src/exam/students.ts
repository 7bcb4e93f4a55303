import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { StandardScaler } from "@wgrad/datasets";
import type { Logistic } from "./model.ts";

/** The course's five students. */
export const students: readonly { hours: number; passed: number }[] = [
  { hours: 10, passed: 0 },
  { hours: 20, passed: 0 },
  { hours: 30, passed: 1 },
  { hours: 40, passed: 1 },
  { hours: 50, passed: 1 },
];

/** P(pass) = σ(slope · hours + intercept). */
export interface Curve {
  readonly slope: number;
  readonly intercept: number;
}

export const chance = ({ slope, intercept }: Curve, hours: number): number =>
  1 / (1 + Math.exp(-(slope * hours + intercept)));

/** The students to learn from, their hours standardised: x, y [rows, 1]. */
export async function standardised(): Promise<{
  readonly x: Tensor;
  readonly y: Tensor;
  /** What the scaler keeps. */
  readonly fitted: readonly [mean: Tensor, scale: Tensor];
  /** Standard deviation of the hours. */
  readonly deviation: number;
  /** What a model of standardised hours says of hours. */
  curveOf(model: Logistic): Promise<Curve>;
}> {
  const hours = tensor(students.map(({ hours }) => [hours]));
  const scaler = new StandardScaler().fit(hours);
  return {
    x: scaler.transform(hours),
    y: tensor(students.map(({ passed }) => [passed])),
    fitted: [scaler.mean, scaler.scale],
    deviation: await scaler.scale.item(),
    async curveOf(model) {
      const ends = tensor([[0], [100]]);
      const logits = noGrad(() => model.linear(scaler.transform(ends)));
      const [intercept = 0, far = 0] = await logits.data();
      return { slope: (far - intercept) / 100, intercept };
    },
  };
}
