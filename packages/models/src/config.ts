import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";

/** A model's `config.json`, kept complete so that it can be written back unchanged. */
export type Config = Readonly<Record<string, unknown>>;

/** Reads the settings of a model; errors name the model and the key. */
export class Settings {
  readonly config: Config;
  private readonly model: string;

  constructor(model: string, config: Config) {
    this.model = model;
    this.config = config;
  }

  /** The value of the first key that exists and is not null. */
  private find(keys: readonly string[]): unknown {
    for (const key of keys) {
      const value = this.config[key];
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  }

  /** A number under one of these names; without `otherwise` it is required. */
  number(keys: string | readonly string[], otherwise?: number): number {
    const names = typeof keys === "string" ? [keys] : keys;
    const value = this.find(names) ?? otherwise;
    if (typeof value === "number") return value;
    throw this.wrong(names[0] as string, "a number", value);
  }

  string(key: string, otherwise?: string): string {
    const value = this.find([key]) ?? otherwise;
    if (typeof value === "string") return value;
    throw this.wrong(key, "a string", value);
  }

  boolean(key: string, otherwise: boolean): boolean {
    const value = this.find([key]) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, "true or false", value);
  }

  numbers(key: string, otherwise?: readonly number[]): readonly number[] {
    const value = this.find([key]) ?? otherwise;
    if (Array.isArray(value) && value.every((one) => typeof one === "number")) return value;
    throw this.wrong(key, "numbers", value);
  }

  /** An object of settings, or null. */
  part(key: string): Settings | null {
    const value = this.find([key]);
    if (value === undefined) return null;
    if (typeof value === "object" && !Array.isArray(value))
      return new Settings(`${this.model}.${key}`, value as Config);
    throw this.wrong(key, "an object", value);
  }

  has(key: string): boolean {
    return this.find([key]) !== undefined;
  }

  /** Refuses values that this model does not support. */
  only(key: string, values: readonly unknown[]): void {
    const value = this.find([key]);
    if (value === undefined || values.includes(value)) return;
    throw new ArgumentError(
      `${this.model}: ${key} is ${describe(value)}, but only ${values.map(String).join(", ")} is supported`,
    );
  }

  private wrong(key: string, wanted: string, value: unknown): ArgumentError {
    return new ArgumentError(
      `${this.model}: the config's ${key} must be ${wanted}, got ${describe(value)}`,
    );
  }
}

/** Number of classes in a config: `num_labels`, or the number of entries of `id2label`. */
export function labelCount(settings: Settings): number {
  const names = settings.config.id2label;
  if (typeof names === "object" && names !== null) return Object.keys(names).length;
  return settings.number(["num_labels", "num_classes"], 2);
}
