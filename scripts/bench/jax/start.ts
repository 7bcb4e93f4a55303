import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { filled, type Values } from "../../steps/draw.ts";
import { LEARNING_RATE, type Workload } from "../../steps/workloads.ts";
import { type Contender, type Start, Unsupported } from "../contender.ts";
import { permuted } from "../layouts.ts";
import { type A, get, type Loss, losses, type Tree, toArray, toArrays } from "./losses.ts";

const map = (tree: Tree, f: (name: string) => A): Tree =>
  Object.fromEntries(Object.keys(tree).map((name) => [name, f(name)]));

/**
 * (weights, batch) → (weights − rate · gradient, loss), compiled whole; `compiled` false: operation
 * by operation, since the gradient of a gather is compiled only apart from what it is of.
 */
function sgd(loss: Loss, compiled: boolean): (w: Tree, batch: Tree) => [Tree, A] {
  const step = (w: Tree, batch: Tree): [Tree, A] => {
    const [value, g] = valueAndGrad(loss)(
      map(w, (name) => get(w, name)),
      batch,
    );
    const next = map(w, (name) =>
      (w[name] as A).sub(((g as Tree)[name] as A).mul(LEARNING_RATE.sgd)),
    );
    return [next, value];
  };
  return compiled ? (jit(step) as typeof step) : step;
}

/** One step of Adam, compiled as one function; `corrections` are 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ). */
function adam(
  loss: Loss,
): (w: Tree, m: Tree, v: Tree, corrections: A[], batch: Tree) => [Tree, Tree, Tree, A] {
  const step = (
    w: Tree,
    m: Tree,
    v: Tree,
    corrections: A[],
    batch: Tree,
  ): [Tree, Tree, Tree, A] => {
    const [value, gradients] = valueAndGrad(loss)(
      map(w, (name) => get(w, name)),
      batch,
    );
    const g = gradients as Tree;
    const [first, second] = corrections as [A, A];
    const mNext = map(m, (name) => (m[name] as A).mul(0.9).add(get(g, name).mul(0.1)));
    const vNext = map(v, (name) =>
      (v[name] as A).mul(0.999).add(np.square(g[name] as A).mul(0.001)),
    );
    const wNext = map(w, (name) => {
      const mHat = get(mNext, name).mul(first.ref);
      const vHat = get(vNext, name).mul(second.ref);
      return (w[name] as A).sub(mHat.div(np.sqrt(vHat).add(1e-8)).mul(LEARNING_RATE.adam));
    });
    first.dispose();
    second.dispose();
    return [wNext, mNext, vNext, value];
  };
  return jit(step) as typeof step;
}

function training(line: string, workload: Workload): Contender {
  const loss = losses[line] as Loss;
  const batch = batchOf(line, workload);
  let w = toArrays(workload.weights);
  let last = np.array([0]);
  if (line === "logistic" || line === "word2vec") {
    const step = sgd(loss, line === "logistic");
    return {
      step() {
        last.dispose();
        [w, last] = step(w, toArrays(batch));
      },
      loss: () => first(last.ref),
    };
  }
  const step = adam(loss);
  let m = toArrays(zeros(workload.weights));
  let v = toArrays(zeros(workload.weights));
  let t = 0;
  return {
    step() {
      t++;
      last.dispose();
      const corrections = [1 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)].map((correction) =>
        np.array(Float32Array.of(correction), { shape: [], dtype: np.float32 }),
      );
      [w, m, v, last] = step(w, m, v, corrections, toArrays(batch));
    },
    loss: () => first(last.ref),
  };
}

/** The recurrent network needs its tokens time first, flattened. */
function batchOf(line: string, { batch }: Workload): Workload["batch"] {
  if (line !== "lstm") return batch;
  const { data } = permuted(batch.tokens as Values, [1, 0]);
  return { ...batch, tokens: { shape: [data.length], data } };
}

const zeros = (values: Workload["weights"]): Workload["weights"] =>
  Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, filled(shape, 0)]));

const first = async (x: A): Promise<number> => ((await x.data()) as Float32Array)[0] as number;

/**
 * Steps that do not depend on each other. jax-js computes lazily and drops unused results, so all
 * results are kept until all are computed.
 */
function independentSteps(
  run: () => A[],
  loss: (last: A[]) => A,
  check?: (last: A[]) => A,
): Contender {
  const held: A[][] = [];
  const settle = async (): Promise<A[]> => {
    await blockUntilReady(held);
    for (const results of held.splice(0, held.length - 1)) for (const one of results) one.dispose();
    return held[0] as A[];
  };
  return {
    step() {
      held.push(run());
    },
    loss: async () => first(loss(await settle())),
    ...(check === undefined ? {} : { check: async () => first(check(await settle())) }),
  };
}

function product({ weights }: Workload): Contender {
  const [a, b] = [toArray(weights.a as Values), toArray(weights.b as Values)];
  const multiply = jit((x: A, y: A): A => np.matmul(x, y));
  return independentSteps(
    () => [multiply(a.ref, b.ref)],
    ([c]) => np.mean(np.absolute((c as A).ref)),
  );
}

function chain({ weights }: Workload): Contender {
  const x = toArray(weights.x as Values);
  const value = (input: A): A =>
    np.mean(
      nn.sigmoid(
        np
          .square(np.tanh(input.ref.mul(1.5).add(0.5)))
          .mul(input)
          .sub(0.25),
      ),
    );
  const run = jit((input: A): [A, A] => valueAndGrad(value)(input) as [A, A]);
  return independentSteps(
    () => run(x.ref) as [A, A],
    ([loss]) => (loss as A).ref,
    ([, gradient]) => np.sum(np.absolute((gradient as A).ref)),
  );
}

function mean({ weights }: Workload): Contender {
  const x = toArray(weights.x as Values);
  const run = jit(
    (input: A): A =>
      np.mean(np.tanh(input.ref.mul(2).add(1)).mul(nn.sigmoid(input.ref)).sub(input.div(3))),
  );
  return independentSteps(
    () => [run(x.ref)],
    ([loss]) => (loss as A).ref,
  );
}

/** Starts jax-js with a workload. */
export const start: Start = async (line, backend, workload) => {
  const found = await init(backend as "wasm" | "webgpu");
  if (!found.includes(backend as "wasm"))
    throw new Unsupported(`the backend ${backend} is not available`);
  defaultDevice(backend as "wasm" | "webgpu");
  if (line.startsWith("matmul")) return product(workload);
  const own = { chain, mean }[line];
  return own?.(workload) ?? training(line, workload);
};
