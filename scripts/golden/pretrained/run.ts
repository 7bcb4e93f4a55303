import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crossEntropy, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { SubwordTokenizer } from "@wgrad/datasets";
import {
  architectures,
  fromPretrained,
  generate,
  type LogitsSettings,
  loadLora,
  type PretrainedModel,
  processLogits,
} from "@wgrad/models";
import { type AnyModule, functional as F } from "@wgrad/nn";
import { AdamW, clipGradNorm_, type Optimizer, SGD } from "@wgrad/optim";
import { fromRecord } from "../call.ts";
import type { Case } from "../load.ts";
import { camel } from "../names.ts";
import type { Run } from "../run.ts";
import type { PretrainedGroup } from "./load.ts";

/** A model with any inputs, and named results. */
type AnyModel = AnyModule & ((...inputs: unknown[]) => Tensor | Record<string, unknown>);

interface Reference {
  readonly tensor: string;
}

/** Runs a case of a pretrained model. */
export async function runPretrained(run: Run): Promise<void> {
  const kind = String(run.item.kind);
  const runner = {
    tokenize,
    forward,
    grad,
    train,
    generate: generation,
    sample,
    lora,
    embed,
    contrastive,
  }[kind];
  if (runner === undefined) throw new Error(`no runner for ${kind}`);
  await runner(run);
}

const folderOf = ({ group }: Run): string => (group as PretrainedGroup).folder;

async function modelOf(run: Run): Promise<AnyModel> {
  const name = run.item.class;
  const architecture = typeof name === "string" ? architectures[name] : undefined;
  if (typeof name === "string" && architecture === undefined) throw new Error(`no class ${name}`);
  const model = await fromPretrained<PretrainedModel>(folderOf(run), {
    ...(architecture === undefined ? {} : { architecture }),
  });
  if (run.item.mode === "train") model.train();
  return model as unknown as AnyModel;
}

/** The tensors of a case's call, under our names. */
function callOf({ item, group }: Run): Record<string, Tensor> {
  const call = item.call as unknown as Readonly<Record<string, Reference>>;
  return Object.fromEntries(
    Object.entries(call).map(([name, { tensor: key }]) => [
      camel(name),
      fromRecord(group.tensor(item.id, key), false),
    ]),
  );
}

/** Calls a model: ids or pixels first, the rest as options. */
function callModel(model: AnyModel, call: Record<string, Tensor>, more: object = {}) {
  const { inputIds, pixelValues, labels, ...options } = call;
  const given = { ...options, ...more, ...(labels === undefined ? {} : { labels }) };
  const result = model(inputIds ?? pixelValues, ...(takesOptions(model) ? [given] : []));
  const named = "logits" in result || "lastHiddenState" in result ? result : { logits: result };
  if (!takesOptions(model) && labels !== undefined)
    return { ...named, loss: crossEntropy(named.logits as Tensor, labels) };
  return named as Record<string, unknown>;
}

const takesOptions = (model: AnyModel): boolean =>
  !["ResNet", "MobileNetV2"].includes(model.constructor.name);

/** The output `hidden_states.1` of a result. */
function outputOf(result: Record<string, unknown>, name: string): Tensor {
  const [head, index] = name.split(".") as [string, string?];
  const found = result[camel(head)];
  if (found === undefined || found === null) throw new Error(`the model has no output ${head}`);
  return (index === undefined ? found : (found as Tensor[])[Number(index)]) as Tensor;
}

async function forward(run: Run): Promise<void> {
  const { item } = run;
  const model = await modelOf(run);
  const call = callOf(run);
  const features = watchFeatures(model, item.outputs);
  const more = takesOptions(model)
    ? {
        outputHiddenStates: item.outputs.some((name) => name.includes("hidden_states")),
        outputAttentions: item.outputs.some((name) => name.includes("attentions")),
      }
    : {};
  const result = noGrad(() => callModel(model, call, more));
  for (const name of item.outputs) {
    const value = features.get(name) ?? outputOf(result, name);
    await run.check(name, masked(item, call, value));
  }
}

/** A parameter or buffer by its name. */
const stateOf = (model: AnyModel, name: string): Tensor => {
  const found = model.stateDict()[name];
  if (found === undefined) throw new Error(`the model has no ${name}`);
  return found;
};

/** Records means over height and width of the outputs of modules inside the model. */
function watchFeatures(model: AnyModel, outputs: readonly string[]): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const name of outputs.filter((output) => output.startsWith("features."))) {
    const inner = model.getSubmodule(name.slice("features.".length)) as AnyModel;
    inner.registerForwardHook((_: unknown, __: unknown, y: unknown) => {
      found.set(name, (y as Tensor).mean([2, 3]));
    });
  }
  return found;
}

/** Sets positions to 0 that the case does not compare. */
function masked(item: Case, call: Record<string, Tensor>, value: Tensor): Tensor {
  const where = item.compare as unknown as { where: string; axes: readonly number[] } | undefined;
  if (where === undefined || value.shape.length < 2) return value;
  let mask = call[camel(where.where)] as Tensor;
  if (String(mask.shape) !== String(value.shape.slice(0, 2))) return value;
  while (mask.shape.length < value.shape.length) mask = mask.unsqueeze(-1);
  return value.mul(mask);
}

const gradientNorm = (model: AnyModel): Tensor => {
  const squares = model
    .parameters()
    .flatMap(({ grad }) => (grad === null ? [] : [grad.square().sum()]));
  return squares.reduce((a, b) => a.add(b)).sqrt();
};

async function grad(run: Run): Promise<void> {
  const { item } = run;
  const model = await modelOf(run);
  const result = callModel(model, callOf(run));
  (result.loss as Tensor).backward();
  for (const name of item.outputs) {
    if (name === "grad_norm") await run.check(name, gradientNorm(model));
    else if (name.startsWith("grad."))
      await run.check(name, model.getParameter(name.slice(5)).grad);
    else if (name.startsWith("after.")) await run.check(name, stateOf(model, name.slice(6)));
    else await run.check(name, outputOf(result, name));
  }
}

function optimizerOf(item: Case, parameters: Tensor[]): Optimizer {
  const {
    lr,
    weight_decay: weightDecay,
    betas,
    eps,
    momentum,
  } = item.kwargs as {
    lr: number;
    weight_decay: number;
    betas?: [number, number];
    eps?: number;
    momentum?: number;
  };
  if (item.optimizer === "SGD")
    return new SGD(parameters, { lr, weightDecay, momentum: momentum ?? 0 });
  return new AdamW(parameters, {
    ...{ lr, weightDecay },
    ...(betas === undefined ? {} : { betas }),
    ...(eps === undefined ? {} : { eps }),
  });
}

async function train(run: Run): Promise<void> {
  const { item } = run;
  const model = await modelOf(run);
  const call = callOf(run);
  const trainable = item.trainable as readonly string[] | undefined;
  const parameters = model.namedParameters().flatMap(([name, parameter]) => {
    const trains =
      trainable === undefined || trainable.some((start) => name.startsWith(`${start}.`));
    parameter.requiresGrad_(trains);
    return trains ? [parameter] : [];
  });
  const optimizer = optimizerOf(item, parameters);
  const losses: Tensor[] = [];
  const steps = item.steps as number;
  for (let step = 0; step < steps; step++) {
    const loss = callModel(model, call).loss as Tensor;
    losses.push(loss.detach());
    optimizer.zeroGrad();
    loss.backward();
    if (typeof item.clip_grad_norm === "number") clipGradNorm_(parameters, item.clip_grad_norm);
    optimizer.step();
    await loss.item();
  }
  if (takesOptions(model)) losses.push(noGrad(() => callModel(model, call).loss as Tensor));
  for (const name of item.outputs) {
    if (name === "losses") await run.check(name, await stacked(losses));
    else if (name.startsWith("final.")) await run.check(name, stateOf(model, name.slice(6)));
    else if (name === "eval_logits_after") {
      model.eval();
      await run.check(
        name,
        noGrad(() => callModel(model, call).logits as Tensor),
      );
    } else throw new Error(`unknown output ${name}`);
  }
}

const stacked = async (losses: readonly Tensor[]): Promise<Tensor> =>
  tensor(Float32Array.from(await Promise.all(losses.map((loss) => loss.item()))));

async function generation(run: Run): Promise<void> {
  const { item } = run;
  const { inputIds, attentionMask } = callOf(run);
  for (const useCache of [true, false]) {
    const model = (await modelOf(run)) as unknown as Parameters<typeof generate>[0];
    const logits: Float32Array[] = [];
    const shapes: (readonly number[])[] = [];
    const reads: Promise<void>[] = [];
    const { repetition_penalty: repetitionPenalty } = item.kwargs as {
      repetition_penalty?: number;
    };
    const wanted = Number(item.step_logits_of ?? 0);
    const sequences = await generate(model, inputIds as Tensor, {
      maxNewTokens: item.max_new_tokens as number,
      eosTokenId: item.eos_token_id as number | null,
      padTokenId: item.pad_token_id as number,
      useCache,
      ...(attentionMask === undefined ? {} : { attentionMask }),
      ...(repetitionPenalty === undefined ? {} : { repetitionPenalty }),
      onLogits(step) {
        const at = shapes.length;
        if (at >= wanted) return;
        shapes.push(step.shape);
        reads.push(
          step.data().then((data) => {
            logits[at] = Float32Array.from(data);
          }),
        );
      },
    });
    await Promise.all(reads);
    await run.check("sequences", sequences);
    const [batch, vocabulary] = shapes[0] as readonly [number, number];
    const all = Float32Array.from(logits.flatMap((row) => [...row]));
    const steps = tensor(all, { shape: [logits.length, batch, vocabulary] });
    const reference = run.group.tensor(item.id, "step_logits").shape;
    await run.check("step_logits", steps.narrow(0, 0, reference[0] as number));
  }
}

async function sample(run: Run): Promise<void> {
  const { item } = run;
  const { inputIds, logits } = callOf(run);
  const [ids, values] = await Promise.all([
    (inputIds as Tensor).tolist(),
    (logits as Tensor).tolist(),
  ]);
  const settings = Object.fromEntries(
    Object.entries(item.settings as object).map(([name, value]) => [camel(name), value]),
  ) as LogitsSettings;
  const rows = (values as number[][]).map((row, i) =>
    processLogits(row, (ids as number[][])[i] as number[], settings),
  );
  const filtered = tensor(Float32Array.from(rows.flatMap((row) => [...row])), {
    shape: [rows.length, (rows[0] as Float64Array).length],
  });
  await run.check("filtered", filtered);
  await run.check("probabilities", filtered.softmax(1));
}

async function lora(run: Run): Promise<void> {
  const { item } = run;
  const model = await modelOf(run);
  const adapter = await loadLora(model, join(folderOf(run), String(item.adapter)));
  const call = callOf(run);
  const outputHiddenStates = item.outputs.some((name) => name.includes("hidden_states"));
  const result = callModel(model, call, { outputHiddenStates });
  (result.loss as Tensor).backward();
  const gradients = new Map(adapter.namedParameters());
  for (const name of item.outputs) {
    if (name.startsWith("grad.")) await run.check(name, gradients.get(name.slice(5))?.grad);
    else if (name.startsWith("merged.")) {
      adapter.merge();
      await run.check(name, model.getParameter(name.slice(7)).clone());
      await run.check(
        "logits",
        noGrad(() => callModel(model, call).logits as Tensor),
      );
      adapter.unmerge();
    } else if (name === "train.losses") {
      const parameters = adapter.parameters();
      const optimizer = new AdamW(parameters, { lr: item.lr as number, weightDecay: 0 });
      const losses: Tensor[] = [];
      for (let step = 0; step <= 4; step++) {
        const loss = callModel(model, call).loss as Tensor;
        losses.push(loss.detach());
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        await loss.item();
      }
      const count = run.group.tensor(item.id, name).shape[0] as number;
      await run.check(name, (await stacked(losses)).narrow(0, 0, count));
    } else await run.check(name, outputOf(result, name));
  }
}

/** The normalised mean of all tokens that are not padding. */
function embeddingOf(state: Tensor, mask: Tensor): Tensor {
  const weights = mask.unsqueeze(-1).to("f32");
  return F.normalize(state.mul(weights).sum(1).div(weights.sum(1)), { dim: 1 });
}

async function embed(run: Run): Promise<void> {
  const model = await modelOf(run);
  const call = callOf(run);
  const result = noGrad(() => callModel(model, call));
  const state = result.lastHiddenState as Tensor;
  const embeddings = embeddingOf(state, call.attentionMask as Tensor);
  await run.check("last_hidden_state", masked(run.item, call, state));
  await run.check("embeddings", embeddings);
  await run.check("similarity", embeddings.matmul(embeddings.t()));
}

async function contrastive(run: Run): Promise<void> {
  const { item } = run;
  const model = await modelOf(run);
  const call = callOf(run);
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.01 });
  const losses: Tensor[] = [];
  const gradients = new Map<string, Tensor>();
  const steps = run.group.tensor(item.id, "losses").shape[0] as number;
  for (let step = 0; step < steps; step++) {
    const state = callModel(model, call).lastHiddenState as Tensor;
    const e = embeddingOf(state, call.attentionMask as Tensor);
    const scores = e
      .narrow(0, 0, 2)
      .matmul(e.narrow(0, 2, 2).t())
      .mul(item.scale as number);
    const loss = crossEntropy(scores, tensor([0, 1], { dtype: "i32" }));
    losses.push(loss.detach());
    optimizer.zeroGrad();
    loss.backward();
    if (step === 0)
      for (const name of item.outputs.filter((one) => one.startsWith("grad.")))
        gradients.set(name, (model.getParameter(name.slice(5)).grad as Tensor).clone());
    optimizer.step();
    await loss.item();
  }
  await run.check("losses", await stacked(losses));
  for (const [name, value] of gradients) await run.check(name, value);
}

interface Tokenized {
  readonly text: string;
  readonly pair?: string;
  readonly ids: readonly number[];
  readonly ids_plain: readonly number[];
  readonly tokens: readonly string[];
  readonly decoded: string;
}

async function tokenize(run: Run): Promise<void> {
  const path = join(folderOf(run), String(run.item.tokenizer));
  const tokenizer = new SubwordTokenizer(JSON.parse(readFileSync(path, "utf8")));
  for (const { text, pair, ids, decoded } of run.item.texts as readonly Tokenized[]) {
    if (pair !== undefined) continue;
    const got = tokenizer.encode(text);
    if (String(got) !== String(ids))
      run.fault(`${JSON.stringify(text)}: ids ${got}, expected ${ids}`);
    const back = tokenizer.decode(ids);
    if (back !== decoded)
      run.fault(`decoded ${JSON.stringify(back)}, expected ${JSON.stringify(decoded)}`);
  }
}
