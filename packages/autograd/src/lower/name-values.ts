import type { Expr } from "../kernel/expression.ts";
import { fourFrom, fourOf } from "../kernel/fours.ts";
import type { Local, Statement } from "../kernel/loops.ts";
import { countUses, mapOperands, operandsOf } from "../kernel/walk.ts";

/** The deepest nesting of an expression; shader compilers limit it. */
const MOST_DEEP = 8;

/** Statements whose values are trees: values used twice, loads and deep values have names. */
export interface Named {
  readonly body: readonly Statement[];
  readonly results: readonly Expr[];
}

/**
 * Gives every value that is used more than once a `let` before its first use. Locals are numbered
 * anew from `params` on, so that equal code has equal text.
 */
export function nameValues(
  body: readonly Statement[],
  results: readonly Expr[] = [],
  params = 0,
): Named {
  const namer = new Namer(countUses(body, results), params);
  return namer.name(body, results);
}

/** Names of a block, and of the blocks around it. */
interface Scope {
  readonly names: Map<Expr, Local>;
  readonly outer: Scope | null;
}

class Namer {
  readonly #uses: ReadonlyMap<Expr, number>;
  readonly #depths = new Map<Expr, number>();
  /** New ids of locals and arrays. */
  readonly #ids = new Map<number, Expr | number>();
  /** Names of values that read a variable. They hold for one statement. */
  #passing = new Map<Expr, Local>();
  #scope: Scope = { names: new Map(), outer: null };
  #out: Statement[] = [];
  #nextId: number;

  constructor(uses: ReadonlyMap<Expr, number>, params: number) {
    this.#uses = uses;
    this.#nextId = params;
  }

  name(body: readonly Statement[], results: readonly Expr[]): Named {
    this.#write(body);
    this.#passing = new Map();
    const named = results.map((result) => this.#operand(result));
    return { body: this.#out, results: named };
  }

  #write(statements: readonly Statement[]): void {
    for (const statement of statements) {
      this.#passing = new Map();
      this.#statement(statement);
    }
  }

  #block(statements: readonly Statement[]): Statement[] {
    const [scope, passing, out] = [this.#scope, this.#passing, this.#out];
    this.#scope = { names: new Map(), outer: scope };
    this.#out = [];
    this.#write(statements);
    const inner = this.#out;
    [this.#scope, this.#passing, this.#out] = [scope, passing, out];
    return inner;
  }

  #fresh(local: Local): Local {
    const renamed: Local = { ...local, id: this.#nextId++ };
    this.#ids.set(local.id, renamed);
    return renamed;
  }

  #array<A extends { readonly id: number }>(array: A): A {
    return { ...array, id: this.#ids.get(array.id) as number };
  }

  #statement(statement: Statement): void {
    switch (statement.do) {
      case "let":
        this.#let(statement.local, statement.value);
        return;
      case "var": {
        const value = this.#operand(statement.value);
        this.#out.push({ do: "var", local: this.#fresh(statement.local), value });
        return;
      }
      case "set": {
        const local = this.#ids.get(statement.local.id) as Local;
        this.#out.push({ do: "set", local, value: this.#operand(statement.value) });
        return;
      }
      case "store": {
        const value = this.#operand(statement.value);
        this.#out.push({ ...statement, index: this.#address(statement.index), value });
        return;
      }
      case "array":
        this.#ids.set(statement.array.id, this.#nextId++);
        this.#out.push({ do: "array", array: this.#array(statement.array) });
        return;
      case "put": {
        const value = this.#operand(statement.value);
        const index = this.#operand(statement.index);
        const lane = statement.lane === null ? null : this.#operand(statement.lane);
        this.#out.push({ do: "put", array: this.#array(statement.array), index, lane, value });
        return;
      }
      case "for": {
        const [from, to] = [this.#operand(statement.from), this.#operand(statement.to)];
        const step =
          typeof statement.step === "number" ? statement.step : this.#operand(statement.step);
        const local = this.#fresh(statement.local);
        const body = this.#block(statement.body);
        this.#out.push({ ...statement, local, from, to, step, body });
        return;
      }
      case "while": {
        // evaluated in each round, so it cannot be named before the loop
        const condition = this.#inPlaceOf(statement.condition);
        this.#out.push({ do: "while", condition, body: this.#block(statement.body) });
        return;
      }
      case "if": {
        const condition = this.#operand(statement.condition);
        const [yes, no] = [this.#block(statement.yes), this.#block(statement.no)];
        this.#out.push({ ...statement, condition, yes, no });
        return;
      }
      default:
        this.#out.push(statement);
    }
  }

  /** Writes a `let`, unless the value has a name already. */
  #let(local: Local, value: Expr): void {
    const known = this.#nameOf(value);
    if (known !== undefined) {
      this.#ids.set(local.id, known);
      return;
    }
    this.#prepare(value);
    const tree = this.#inPlaceOf(value);
    const renamed = this.#fresh(local);
    this.#out.push({ do: "let", local: renamed, value: tree });
    if (!isLeaf(value)) this.#remember(value, renamed);
  }

  /** The value as a tree, after the values in it that need names. */
  #operand(value: Expr): Expr {
    if (isLeaf(value) || this.#nameOf(value) !== undefined) return this.#inPlaceOf(value);
    this.#prepare(value);
    return this.#staysInPlace(value) ? this.#inPlaceOf(value) : this.#named(value);
  }

  #address(index: Expr): Expr {
    const four = fourOf(index);
    return four === null ? this.#operand(index) : fourFrom(this.#operand(four));
  }

  #named(value: Expr): Local {
    const { dtype, lanes } = value;
    const tree = this.#inPlaceOf(value);
    const local: Local = { kind: "local", id: this.#nextId++, dtype, lanes, mutable: false };
    this.#out.push({ do: "let", local, value: tree });
    this.#remember(value, local);
    return local;
  }

  #remember(value: Expr, local: Local): void {
    if (value.mutable) this.#passing.set(value, local);
    else this.#scope.names.set(value, local);
  }

  #nameOf(value: Expr): Local | undefined {
    if (value.mutable) return this.#passing.get(value);
    for (let scope: Scope | null = this.#scope; scope !== null; scope = scope.outer) {
      const name = scope.names.get(value);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** Names the values that a value needs, operands first. */
  #prepare(root: Expr): void {
    if (isLeaf(root)) return;
    const stack = [{ value: root, operands: operandsOf(root), next: 0 }];
    const visited = new Set<Expr>();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { value, operands } = top;
      const child = operands[top.next++];
      if (child === undefined) {
        stack.pop();
        if (value !== root && !this.#staysInPlace(value)) this.#named(value);
        continue;
      }
      if (isLeaf(child) || visited.has(child) || this.#nameOf(child) !== undefined) continue;
      visited.add(child);
      stack.push({ value: child, operands: operandsOf(child), next: 0 });
    }
  }

  #inPlaceOf(value: Expr): Expr {
    if (value.kind === "local") {
      const renamed = this.#ids.get(value.id);
      return typeof renamed === "object" ? renamed : value;
    }
    if (isLeaf(value)) return value;
    const name = this.#nameOf(value);
    if (name !== undefined) return name;
    const tree = mapOperands(value, (operand) => this.#inPlaceOf(operand));
    return tree.kind === "element" ? { ...tree, array: this.#array(tree.array) } : tree;
  }

  #staysInPlace(value: Expr): boolean {
    return value.kind === "call" && this.#uses.get(value) === 1 && this.#depthOf(value) < MOST_DEEP;
  }

  #depthOf(value: Expr): number {
    if (value.kind !== "call" || this.#nameOf(value) !== undefined) return 0;
    const known = this.#depths.get(value);
    if (known !== undefined) return known;
    const nested = value.args.map((arg) => (this.#uses.get(arg) === 1 ? this.#depthOf(arg) : 0));
    const depth = 1 + Math.max(0, ...nested);
    this.#depths.set(value, depth);
    return depth;
  }
}

/** Whether the value's text is as short as a name. */
function isLeaf(value: Expr): boolean {
  switch (value.kind) {
    case "constant":
    case "local":
    case "param":
    case "size":
    case "coordinate":
      return true;
    case "call":
      return value.args.length === 0 && value.fn !== "subgroupFirst";
    default:
      return false;
  }
}
