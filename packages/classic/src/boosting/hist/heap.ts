/** A binary heap; the item with the largest gain comes first. */
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

  /** Removes and returns all items. */
  drain(): Item[] {
    return this.#items.splice(0);
  }

  /** Moves the item at `at` towards `start` while its parent has a smaller gain. */
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

  /** Moves the first item down along the better children to a leaf, then up to its position. */
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
