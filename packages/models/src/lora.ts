import { ArgumentError, dropout, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";
import {
  type AnyModule,
  copyModule,
  type HookHandle,
  type Linear,
  type Parameter,
} from "@wgrad/nn";
import { Conv1D } from "./conv1d.ts";
import { isLinear, type Update, updateOf } from "./lora-layers.ts";

/** Settings of LoRA, under PEFT's names. */
export interface LoraOptions {
  /** The rank of the updates (default 8). */
  readonly r?: number;
  /** Scale of the updates: alpha / r (default 8). */
  readonly loraAlpha?: number;
  /** Probability that an input of an update is dropped. */
  readonly loraDropout?: number;
  /** The adapted layers: suffixes of their names, a pattern for whole names, or "all-linear". */
  readonly targetModules: readonly string[] | string;
  /** Layers that are trained completely and saved with the adapter, such as a new head. */
  readonly modulesToSave?: readonly string[];
  /** Scales the updates by alpha / √r instead.  Kalajdzievski 2023. */
  readonly useRslora?: boolean;
  /** Ranks of single layers, by suffixes of their names. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  /** Alphas of single layers, by suffixes of their names. */
  readonly alphaPattern?: Readonly<Record<string, number>>;
}

/** A layer with its update. */
interface AdaptedLayer {
  readonly name: string;
  readonly layer: AnyModule;
  readonly update: Update;
  readonly scale: number;
}

/** A layer that is trained completely; its original weights return when the adapter is disabled. */
interface TrainedLayer {
  readonly name: string;
  readonly layer: AnyModule;
  readonly copy: AnyModule;
}

const PREFIX = "base_model.model.";

/**
 * Low-rank adaptation: y = W x + s B A x, where W is frozen and A [r, in] and B [out, r] are
 * trained, for linear layers, embeddings and convolutions. Hu et al. 2022. The model itself does
 * not change: updates are hooks of its layers. A model may have several adapters, of which one is
 * enabled.
 *
 * ```ts
 * const lora = new Lora(model, { r: 8, targetModules: ["q_proj", "v_proj"] });
 * const optimizer = new AdamW(lora.parameters(), { lr: 1e-3 });
 * ```
 */
export class Lora {
  readonly options: LoraOptions;
  private readonly adapted: readonly AdaptedLayer[];
  private readonly kept: readonly TrainedLayer[];
  private hooks: readonly HookHandle[] = [];
  private merged = false;

  constructor(model: AnyModule, options: LoraOptions) {
    checkCall(
      "new Lora(model: module, { r: number, loraAlpha: number, loraDropout: number, targetModules, modulesToSave, useRslora: boolean, rankPattern, alphaPattern })",
      arguments,
    );
    const { targetModules, modulesToSave = [] } = options;
    this.options = options;
    const named = model.namedModules();
    const kept = named.filter(([name]) => endsWithOne(name, modulesToSave));
    const targets = named.filter(([name, module]) => isTarget(name, module, targetModules));
    if (targets.length === 0) {
      throw new ArgumentError(
        `Lora: no layer is named ${JSON.stringify(targetModules)}\n  hint: the linear layers are ${linearNames(named)}`,
      );
    }
    for (const parameter of model.parameters()) parameter.requiresGrad_(false);
    this.adapted = targets.map(([name, layer]) => this.adapt(name, layer));
    this.kept = kept.map(([name, layer]) => ({ name, layer, copy: copyModule(layer) }));
    for (const { copy } of this.kept) copy.requiresGrad_(true);
    this.enable();
  }

  private adapt(name: string, layer: AnyModule): AdaptedLayer {
    const { useRslora = false, rankPattern = {}, alphaPattern = {} } = this.options;
    const rank = byPattern(name, rankPattern) ?? this.options.r ?? 8;
    const alpha = byPattern(name, alphaPattern) ?? this.options.loraAlpha ?? 8;
    if (!Number.isInteger(rank) || rank < 1)
      throw new ArgumentError(`Lora: the rank is ${rank}\n  hint: a whole number, 1 or more`);
    const scale = alpha / (useRslora ? Math.sqrt(rank) : rank);
    return { name, layer, update: updateOf(name, layer, rank), scale };
  }

  /** Enables the adapter: its updates and its own layers are used. */
  enable(): this {
    checkCall("lora.enable()", arguments);
    if (this.hooks.length > 0 || this.merged) return this;
    const { loraDropout = 0 } = this.options;
    const updates = this.adapted.map(({ layer, update, scale }) =>
      (layer as Linear).registerForwardHook((_, [x], y) => {
        const drops = loraDropout > 0 && layer.training && update.drops;
        const input = drops ? dropout(x as Tensor, { p: loraDropout }) : (x as Tensor);
        return (y as Tensor).add(update.forward(input).mul(scale));
      }),
    );
    const layers = this.kept.map(({ layer, copy }) =>
      (layer as Linear).registerForwardHook((_, inputs) => (copy as Linear)(...inputs)),
    );
    this.hooks = [...updates, ...layers];
    return this;
  }

  /** Disables the adapter: the model computes what it did before. */
  disable(): this {
    checkCall("lora.disable()", arguments);
    for (const hook of this.hooks) hook.remove();
    this.hooks = [];
    return this;
  }

  /** The trained parameters under PEFT's names. */
  namedParameters(): [string, Parameter][] {
    checkCall("lora.namedParameters()", arguments);
    const pairs = this.adapted.flatMap(({ name, update }): [string, Parameter][] => [
      [`${PREFIX}${name}.${update.names[0]}`, update.a],
      [`${PREFIX}${name}.${update.names[1]}`, update.b],
    ]);
    const layers = this.kept.flatMap(({ name, copy }) =>
      copy
        .namedParameters()
        .map(([key, value]): [string, Parameter] => [
          `${PREFIX}${name}.modules_to_save.${key}`,
          value,
        ]),
    );
    return [...pairs, ...layers];
  }

  parameters(): Parameter[] {
    checkCall("lora.parameters()", arguments);
    return this.namedParameters().map(([, value]) => value);
  }

  /** The tensors of `adapter_model.safetensors`. */
  stateDict(): Record<string, Tensor> {
    checkCall("lora.stateDict()", arguments);
    return Object.fromEntries(
      this.namedParameters().map(([name, value]) => [
        name.replace(".modules_to_save.", "."),
        value,
      ]),
    );
  }

  /** The settings in the form of `adapter_config.json`. */
  peftConfig(): Record<string, unknown> {
    checkCall("lora.peftConfig()", arguments);
    const { r = 8, loraAlpha = 8, loraDropout = 0, targetModules, modulesToSave } = this.options;
    return {
      peft_type: "LORA",
      base_model_name_or_path: "",
      r,
      lora_alpha: loraAlpha,
      lora_dropout: loraDropout,
      target_modules: targetModules,
      modules_to_save: modulesToSave ?? null,
      fan_in_fan_out: this.adapted.some(({ layer }) => layer instanceof Conv1D),
      use_rslora: this.options.useRslora ?? false,
      rank_pattern: this.options.rankPattern ?? {},
      alpha_pattern: this.options.alphaPattern ?? {},
      bias: "none",
      use_dora: false,
      inference_mode: true,
    };
  }

  /**
   * Loads the tensors of an `adapter_model.safetensors`: all of them, or none if one does not fit.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    checkCall("lora.loadStateDict(state: object)", arguments);
    const own = this.stateDict();
    const missing = Object.keys(own).filter((name) => state[name] === undefined);
    const unknown = Object.keys(state).filter((name) => own[name] === undefined);
    const misfits = Object.keys(own).filter(
      (name) => state[name] !== undefined && String(state[name].shape) !== String(own[name]?.shape),
    );
    if (missing.length + unknown.length + misfits.length > 0) {
      const line = (what: string, names: readonly string[]) =>
        names.length === 0 ? "" : `\n  ${what}: ${names.slice(0, 4).join(", ")}`;
      throw new ArgumentError(
        `Lora: the adapter does not fit${line("missing", missing)}${line("unknown", unknown)}${line("shapes differ", misfits)}`,
      );
    }
    noGrad(() => {
      for (const [name, value] of Object.entries(own)) value.copy_(state[name] as Tensor);
    });
  }

  /**
   * Merges the updates and layers of the adapter into the model, which is then as fast as without
   * an adapter.
   */
  merge(): this {
    checkCall("lora.merge()", arguments);
    if (this.merged) return this;
    this.shift(1);
    this.disable();
    this.swap();
    this.merged = true;
    return this;
  }

  /** Removes merged updates from the weights, up to rounding. */
  unmerge(): this {
    checkCall("lora.unmerge()", arguments);
    if (!this.merged) return this;
    this.shift(-1);
    this.swap();
    this.merged = false;
    return this.enable();
  }

  /** Changes all of the weights, or none if one cannot be merged. */
  private shift(sign: number): void {
    noGrad(() => {
      const updates = this.adapted.map(({ update, scale }) => update.delta().mul(sign * scale));
      this.adapted.forEach(({ layer }, i) => {
        (layer as Linear).weight.add_(updates[i] as Tensor);
      });
    });
  }

  /** Exchanges the values of the completely trained layers with those of the model. */
  private swap(): void {
    noGrad(() => {
      for (const { layer, copy } of this.kept) {
        const [mine, theirs] = [copy.parameters(), layer.parameters()];
        mine.forEach((value, i) => {
          const other = theirs[i] as Parameter;
          const before = other.clone();
          other.copy_(value);
          value.copy_(before);
        });
      }
    });
  }
}

defineKind("lora", "an adapter, new Lora(…)", (value) => value instanceof Lora);

const endsWithOne = (name: string, ends: readonly string[]): boolean =>
  ends.some((end) => name === end || name.endsWith(`.${end}`));

function isTarget(name: string, module: AnyModule, targets: readonly string[] | string): boolean {
  if (targets === "all-linear") {
    const isHead = /(^|\.)(lm_head|classifier|score)$/.test(name);
    return !isHead && isLinear(module);
  }
  if (typeof targets === "string") return RegExp(`^(?:${targets})$`).test(name);
  return endsWithOne(name, targets);
}

function byPattern(name: string, patterns: Readonly<Record<string, number>>): number | undefined {
  return Object.entries(patterns).find(([pattern]) =>
    RegExp(`^(?:.*\\.)?(?:${pattern})$`).test(name),
  )?.[1];
}

function linearNames(named: readonly (readonly [string, AnyModule])[]): string {
  const ends = named
    .filter(([, module]) => isLinear(module))
    .map(([name]) => name.split(".").at(-1) as string);
  return [...new Set(ends)].join(", ");
}
