/** What is worth most comes first. */
export class Heap<Item extends { readonly gain: number }> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#sink(0, this.#items.length - 1);
  }

  pop(): Item | undefined {
    const last = this.#items.pop();
    const first = this.#items[0];
    if (last === undefined || first === undefined) return last;
    this.#items[0] = last;
    this.#rise();
    return first;
  }

  /** Takes all that is left. */
  drain(): Item[] {
    return this.#items.splice(0);
  }

  /** Moves the item at `at` towards `start` as long as its parent is worth less. */
  #sink(start: number, at: number): void {
    const items = this.#items;
    const item = items[at] as Item;
    let place = at;
    while (place > start) {
      const above = (place - 1) >> 1;
      const parent = items[above] as Item;
      if (item.gain <= parent.gain) break;
      items[place] = parent;
      place = above;
    }
    items[place] = item;
  }

  /**
   * Moves the first item down past better children to the end of its path, then back up to its
   * place.
   */
  #rise(): void {
    const items = this.#items;
    const item = items[0] as Item;
    let place = 0;
    for (let child = 1; child < items.length; child = 2 * place + 1) {
      const other = child + 1;
      const better =
        other < items.length && (items[child] as Item).gain <= (items[other] as Item).gain;
      const next = better ? other : child;
      items[place] = items[next] as Item;
      place = next;
    }
    items[place] = item;
    this.#sink(0, place);
  }
}
