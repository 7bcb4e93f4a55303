import { ArgumentError, isGradEnabled } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { fieldsOf, hold, isHeld, isModule } from "./fields.ts";
import { isParameter } from "./parameter.ts";

/** The innermost module whose `forward` is running. */
let caller: object | null = null;

/** Runs `run` as a call of `module`, so that calls of other modules inside it are seen. */
export function withCaller<T>(module: object, run: () => T): T {
  const above = caller;
  if (!isHeld(module)) {
    if (above === null) checkFields(module);
    else checkHeld(module, above);
  }
  caller = module;
  try {
    return run();
  } finally {
    caller = above;
  }
}

/**
 * Checks a model before its first call: parameters in arrays and plain objects would not be
 * trained.
 */
function checkFields(module: object): void {
  hold(module);
  for (const [name, value] of Object.entries(module)) {
    const inside = insideOf(value);
    if (inside.some((one) => isParameter(one) && one.requiresGrad)) {
      throw new ArgumentError(
        `${module.constructor.name}: the parameters in ${name} would not be trained nor saved` +
          `\n  hint: ${name} = new ParameterList([…])`,
      );
    }
  }
}

/**
 * Warns of a layer with parameters that no field holds, so that it is neither trained nor saved: it
 * is in a #private field or an array, or is made in every call.
 */
function checkHeld(module: object, above: object): void {
  fieldsOf(above);
  if (isHeld(module) || !isGradEnabled() || !isTrained(module)) return;
  const [name, value] =
    Object.entries(above).find(([, field]) => insideOf(field).includes(module)) ?? [];
  const layer = module.constructor.name;
  const owner = above.constructor.name;
  if (name !== undefined) {
    const list = Array.isArray(value) ? "ModuleList([…])" : "ModuleDict({ … })";
    throw new ArgumentError(
      `${owner}: the ${layer} in ${name} would not be trained nor saved` +
        `\n  hint: ${name} = new ${list}`,
    );
  }
  throw new ArgumentError(
    `${owner}: calls a ${layer} that no field of a module holds; it would not be trained nor saved` +
      "\n  hint: hold it in a field that is not #private, or in a ModuleList; or freeze it, requiresGrad_(false)",
  );
}

function isTrained(module: object): boolean {
  return [...fieldsOf(module).values()].some(
    ({ kind, value }) =>
      (kind === "parameter" && isParameter(value) && value.requiresGrad) ||
      (kind === "module" && value !== null && isTrained(value as object)),
  );
}

/** The values in an array, a Map, a Set or a plain object. */
function insideOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value) || value instanceof Set) return [...value];
  if (value instanceof Map) return [...value.values()];
  if (typeof value !== "object" || value === null || isModule(value)) return [];
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
}

/**
 * The parameter names of a `forward`, read from its source text; null if they cannot be counted.
 */
const argumentsOf = new WeakMap<object, readonly string[] | null>();

/** Refuses a call with more inputs than `forward` has parameters. */
export function checkInputs(module: object, forward: object, inputs: readonly unknown[]): void {
  let names = argumentsOf.get(forward);
  if (names === undefined) {
    names = namesIn(String(forward));
    argumentsOf.set(forward, names);
  }
  if (names === null || inputs.length <= names.length) return;
  const list = names.map((name) => `${name}?`).join(", ");
  checkCall(`${module.constructor.name}(${list})`, inputs);
}

/**
 * Parameter names in the source text of a function. Null if it has rest parameters, uses
 * `arguments`, or has defaults that contain strings.
 */
function namesIn(text: string): readonly string[] | null {
  const [head] = /^(?:async\s+)?(?:function\s*)?\w*\s*\(/.exec(text) ?? [];
  if (head === undefined || /\barguments\b|\[native code\]/.test(text)) return null;
  const names: string[] = [];
  let depth = 1;
  let start = head.length;
  for (let i = start; i < text.length && depth > 0; i++) {
    const letter = text[i] as string;
    if ("'\"`/".includes(letter) || text.startsWith("...", i)) return null;
    if ("([{".includes(letter)) depth++;
    if (")]}".includes(letter)) depth--;
    if (depth > 0 && (depth > 1 || letter !== ",")) continue;
    const name = text.slice(start, i).trim();
    if (name !== "") names.push(/^\w+/.exec(name)?.[0] ?? "input");
    start = i + 1;
  }
  return names;
}
