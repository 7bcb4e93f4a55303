import { ArgumentError, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import type { EstimatorState, Numbers, Predictor, Rows } from "@wgrad/classic";
import { DataLoader, loadTransform, StandardScaler, TensorDataset } from "@wgrad/datasets";
import { r2Score } from "@wgrad/metrics";
import { functional as F, Linear, Module, type StateDict } from "@wgrad/nn";
import { AdamW, CosineAnnealingLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";

/** What can be set before training: what tuning looks for. */
export interface NetworkSettings {
  /** Units of the hidden layer. */
  readonly hidden: number;
  readonly lr: number;
  readonly weightDecay: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/** Takes the steps of a training. */
export type Watch = (training: Training) => Promise<unknown>;

const inSilence: Watch = async (training) => {
  for await (const _ of training);
};

/** y = w₂ · relu(W₁ x + b₁) + b₂. x: [rows, features] → [rows, 1]. */
export class Network extends Module<[Tensor], Tensor> {
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(features: number, hidden: number) {
    super();
    this.hidden = new Linear(features, hidden);
    this.output = new Linear(hidden, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.output(this.hidden(x).relu());
  }
}

/** Minimises the mean squared error; full batches only, so that every step has one shape. */
export async function* train(
  model: Network,
  x: Tensor,
  y: Tensor,
  { lr, weightDecay, epochs, batchSize }: NetworkSettings,
): Training {
  const dataset = new TensorDataset({ x, y });
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, dropLast: true });
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay });
  const steps = epochs * loader.length;
  const schedule = new CosineAnnealingLR(optimizer, steps, { etaMin: 0.02 * lr });
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) {
      const loss = F.mseLoss(model(batch.x), batch.y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      schedule.step();
      yield { step: ++step, steps, loss, optimizer, schedule };
    }
  }
}

interface Fitted {
  readonly network: Network;
  /** Between quantities and numbers of mean 0 and variance 1, which the network predicts. */
  readonly scale: StandardScaler;
}

/** What `toState` writes down of it. */
interface SavedNetwork {
  readonly features: number;
  readonly scale: Awaited<ReturnType<StandardScaler["save"]>>;
  readonly weights: StateDict;
}

/**
 * A network as a predictor like those of @wgrad/classic, so that it is tried and tuned like them.
 * x: [rows, features] of numbers.
 */
export class NetworkRegressor implements Predictor {
  readonly type = "NetworkRegressor";
  readonly kind = "regressor";
  readonly #settings: NetworkSettings;
  readonly #watch: Watch;
  #fitted: Fitted | null = null;

  constructor(settings: NetworkSettings, watch: Watch = inSilence) {
    this.#settings = settings;
    this.#watch = watch;
  }

  async fit(x: Rows, y: Numbers): Promise<this> {
    const features = x as Tensor;
    const targets = columnOf(y);
    const scale = new StandardScaler().fit(targets);
    const network = new Network(features.shape[1] as number, this.#settings.hidden);
    await this.#watch(train(network, features, scale.transform(targets), this.#settings));
    this.#fitted = { network: network.eval(), scale };
    return this;
  }

  async predict(x: Rows): Promise<Tensor> {
    const { network, scale } = this.#learned();
    return noGrad(() => scale.inverseTransform(network(x as Tensor)).squeeze(1));
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers): Promise<number> {
    return r2Score(await this.predict(x), columnOf(y).squeeze(1)).item();
  }

  getParams(): NetworkSettings {
    return { ...this.#settings };
  }

  clone(changes: object = {}): NetworkRegressor {
    return new NetworkRegressor({ ...this.#settings, ...changes }, this.#watch);
  }

  async toState(): Promise<EstimatorState> {
    const { network, scale } = this.#fitted ?? {};
    const fitted = network !== undefined &&
      scale !== undefined && {
        features: network.hidden.weight.shape[1] as number,
        scale: await scale.save(),
        weights: network.stateDict(),
      };
    return {
      version: 1,
      type: this.type,
      params: this.getParams() as never,
      fitted: fitted || null,
    };
  }

  static fromState({ params, fitted }: EstimatorState): NetworkRegressor {
    const made = new NetworkRegressor(params as unknown as NetworkSettings);
    if (fitted === null) return made;
    const { features, scale, weights } = fitted as SavedNetwork;
    const network = new Network(features, made.#settings.hidden);
    network.loadStateDict(weights);
    made.#fitted = { network: network.eval(), scale: loadTransform<StandardScaler>(scale) };
    return made;
  }

  #learned(): Fitted {
    if (this.#fitted !== null) return this.#fitted;
    throw new ArgumentError("NetworkRegressor: not fitted yet\n  hint: await model.fit(x, y)");
  }
}

/** Targets as a column: [rows, 1]. */
const columnOf = (y: Numbers): Tensor =>
  "dtype" in y ? (y as Tensor).reshape([-1, 1]) : tensor(Float32Array.from(y)).unsqueeze(1);
