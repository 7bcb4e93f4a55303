import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { fieldsOf, isModule, setField } from "../fields.ts";
import { Module } from "../module.ts";

/** Items under the keys 0, 1, 2, …: the base of ModuleList, Sequential and ParameterList. */
export abstract class ItemList<Item, Given, In extends unknown[], Out> extends Module<In, Out> {
  /** Converts an item to the stored form; null if the list cannot hold it. */
  protected accept(item: unknown): Item | null {
    return isModule(item) ? (item as Item) : null;
  }

  /** Keys of the state are the keys of the list, unchanged. */
  override stateKey(field: string): string {
    return field;
  }

  /** Number of items. An item that occurs twice counts twice. */
  get length(): number {
    return fieldsOf(this).size;
  }

  /**
   * The item at `index`. Negative indices count from the end.
   *
   * Throws ArgumentError if there is no such item.
   */
  at(index: number): Item {
    checkCall("list.at(index: any)", arguments);
    return this.entries()[this.place("at", index)]?.[1] as Item;
  }

  /** Adds an item at the end. */
  append(item: Given): this {
    checkCall("list.append(item: any)", arguments);
    this.put(String(this.length), item);
    return this;
  }

  /** Adds items at the end. */
  extend(items: Iterable<Given>): this {
    checkCall("list.extend(items: iterable)", arguments);
    for (const item of items) this.append(item);
    return this;
  }

  /** Replaces the item at `index`. */
  set(index: number, item: Given): this {
    checkCall("list.set(index: number, item: any)", arguments);
    this.put(this.entries()[this.place("set", index)]?.[0] as string, item);
    return this;
  }

  /** Inserts an item before `index`. Later items move up by one. */
  insert(index: number, item: Given): this {
    checkCall("list.insert(index: number, item: any)", arguments);
    const items = [...this];
    const place = index === items.length ? index : this.place("insert", index);
    items.splice(place, 0, this.accepted(String(place), item));
    this.refill(items);
    return this;
  }

  /** Removes and returns the item at `index` (default: the last). Later items move down by one. */
  pop(index = -1): Item {
    checkCall("list.pop(index?: number)", arguments);
    const items = [...this];
    const [item] = items.splice(this.place("pop", index), 1);
    this.refill(items);
    return item as Item;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const [, item] of this.entries()) yield item;
  }

  /** Keys and items, in order. */
  protected entries(): [string, Item][] {
    return [...fieldsOf(this)].map(([key, { value }]) => [key, value as Item]);
  }

  /** Registers an item under a key. */
  protected put(key: string, item: unknown): void {
    const accepted = this.accepted(key, item);
    if (fieldsOf(this).has(key)) (this as unknown as Record<string, unknown>)[key] = accepted;
    else setField(this, key, isModule(accepted) ? "module" : "parameter", accepted);
  }

  private accepted(key: string, item: unknown): Item {
    const accepted = this.accept(item);
    if (accepted !== null) return accepted;
    const hint = Array.isArray(item) ? "\n  hint: spread the array, …items" : "";
    throw new ArgumentError(
      `${this.constructor.name}: ${key} is ${describe(item)}, which it cannot hold${hint}`,
    );
  }

  private refill(items: readonly Item[]): void {
    const keys = this.entries().map(([key]) => key);
    if (keys.some((key, i) => key !== String(i))) {
      throw new ArgumentError(
        `${this.constructor.name}: its items have names (${keys.join(", ")}), so items cannot be inserted or removed by index`,
      );
    }
    for (const key of keys) Reflect.deleteProperty(this, key);
    for (const item of items) this.put(String(this.length), item);
  }

  private place(call: string, index: number): number {
    const count = this.length;
    if (Number.isInteger(index) && index >= -count && index < count) {
      return index < 0 ? index + count : index;
    }
    throw new ArgumentError(
      `${this.constructor.name}.${call}: there is no item ${describe(index)} among ${count}`,
    );
  }
}
