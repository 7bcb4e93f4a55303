import type { Device, DeviceBuffer, Read } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { COMPUTED, deviceStorage, hostStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import { settle } from "./retention.ts";

let homeIds = 0;

/**
 * Storage that outlives its plan: that of cells, and of values that handles own. Programs release
 * it, or else the garbage collector does.
 */
export class Owners {
  private readonly device: Device;
  private readonly pool: Pool;
  private readonly owned = new Map<Storage, WeakRef<Node>>();
  /** Homes by buffer. There is one WeakRef for each, since new ones would live until idle time. */
  private readonly homes = new Map<object, { readonly id: number; readonly ref: WeakRef<Home> }>();
  /** Called when a home is freed. */
  private readonly onGone: (id: number) => void;
  private readonly forgotten: FinalizationRegistry<Storage>;
  private readonly forgottenCells: FinalizationRegistry<DeviceBuffer>;

  constructor(device: Device, pool: Pool, onGone: (id: number) => void) {
    this.device = device;
    this.pool = pool;
    this.onGone = onGone;
    this.forgotten = new FinalizationRegistry((storage) => this.free(storage));
    this.forgottenCells = new FinalizationRegistry((buffer) => this.freeCell(buffer));
  }

  /** Gives a node's buffer (class "owned") to its handles until they release it. */
  own(node: Node): void {
    const storage = node.storage as Storage;
    this.owned.set(storage, new WeakRef(node));
    this.forgotten.register(node, storage, storage);
  }

  /** Makes storage for a host value. The returned function writes a range, from element `at` on. */
  receive(node: Node): (at: number, values: TypedArray) => void {
    const { dtype, size } = node;
    const { device } = this;
    const buffer = this.pool.take(device.bytesOf(dtype, size), "owned", "cells");
    node.storage = deviceStorage(buffer, 0, "owned");
    this.own(node);
    settle(node);
    return (at, values) => device.write(buffer, device.bytesOf(dtype, at), values, dtype);
  }

  /** All values that outlive their plan, largest buffer first. */
  values(): { readonly node: Node; readonly holder: "cells" | "owned"; readonly bytes: number }[] {
    const cells = [...this.homes.values()].flatMap(({ ref }) => {
      const home = ref.deref();
      return home === undefined ? [] : [{ node: home.cell.node, buffer: home.buffer }];
    });
    const owned = [...this.owned].flatMap(([{ buffer }, ref]) => {
      const node = ref.deref();
      return node === undefined ? [] : [{ node, buffer }];
    });
    const sized =
      (holder: "cells" | "owned") => (value: { node: Node; buffer: object | null }) => ({
        node: value.node,
        holder,
        bytes: (value.buffer as DeviceBuffer).bytes,
      });
    return [...cells.map(sized("cells")), ...owned.map(sized("owned"))].sort(
      (a, b) => b.bytes - a.bytes,
    );
  }

  /** The largest values and the bytes by purpose, for messages. */
  describe(): string {
    const largest = this.values()
      .slice(0, 5)
      .map(({ node: { op, shape, dtype }, holder, bytes }) => {
        const what = holder === "cells" ? "parameter or buffer" : "kept value";
        return `\n    '${op.name}' [${shape.join(", ")}] ${dtype}, ${what}: ${bytes} bytes`;
      });
    const classes = this.pool.describe();
    return `${classes}${largest.length === 0 ? "" : `\n  largest:${largest.join("")}`}`;
  }

  /** Moves a cached value to its handles, which then own its buffer. */
  keepSlot(node: Node): void {
    const storage = node.storage as Storage;
    storage.holder = "owned";
    this.pool.transfer(storage.buffer as DeviceBuffer, "slots", "owned");
    this.own(node);
    settle(node);
  }

  free(storage: Storage): void {
    if (!this.owned.delete(storage)) return;
    this.forgotten.unregister(storage);
    this.pool.give(storage.buffer as DeviceBuffer, "owned");
  }

  /**
   * Gives storage to cells that a flush writes first, or reads from the host; returns the latter.
   */
  house(order: readonly Node[], writes: ReadonlySet<Cell>): Map<Node, TypedArray> {
    const housed = new Map<Node, TypedArray>();
    for (const cell of writes) if (cell.home === null) this.allocate(cell, cell.node);
    for (const node of order) {
      for (const input of node.inputs) {
        const { cell, storage } = input;
        if (
          cell === null ||
          !cell.persistent ||
          input.state !== COMPUTED ||
          storage?.holder !== "host"
        )
          continue;
        if (cell.node !== input && cell.previous !== input) continue;
        const home = cell.home ?? this.allocate(cell, input);
        const buffer = home.buffer as DeviceBuffer;
        if (input.size > 0) this.device.write(buffer, 0, storage.host as TypedArray, input.dtype);
        housed.set(input, storage.host as TypedArray);
        input.storage = deviceStorage(buffer, 0, "cell", home.id);
        input.storage.host = storage.host; // kept until the flush has run
      }
    }
    return housed;
  }

  private allocate(cell: Cell, node: Node): Home {
    return this.bind(cell, this.pool.take(this.device.bytesOf(node.dtype, node.size), "cells"));
  }

  private bind(cell: Cell, buffer: DeviceBuffer): Home {
    const home: Home = { buffer, cell, id: ++homeIds };
    cell.home = home;
    this.homes.set(buffer, { id: home.id, ref: new WeakRef(home) });
    this.forgottenCells.register(home, buffer, home);
    return home;
  }

  /** Gives the storage of a cell to another one, such as a gradient's after `zeroGrad()`. */
  inherit(from: Cell, to: Cell): void {
    if (from.home === null) return;
    to.home = from.home;
    to.previous = from.previous ?? (from.node.state === COMPUTED ? from.node : null);
    from.home = null;
    to.home.cell = to;
  }

  freeCell(buffer: DeviceBuffer): void {
    const home = this.homes.get(buffer);
    if (home === undefined) return;
    this.homes.delete(buffer);
    this.onGone(home.id);
    this.pool.give(buffer, "cells");
  }

  releaseCell(cell: Cell): void {
    const { home } = cell;
    if (home === null) return;
    this.forgottenCells.unregister(home);
    this.freeCell(home.buffer as DeviceBuffer);
    cell.home = null;
  }

  /** Makes a computed value the storage of a cell; copies it only if it lies in a page. */
  adopt(cell: Cell, node: Node): void {
    const { storage } = node;
    node.cell = cell;
    if (storage === null || storage.holder === "host") {
      this.releaseCell(cell);
      return;
    }
    let buffer = storage.buffer as DeviceBuffer;
    if (storage.holder === "owned") {
      this.owned.delete(storage);
      this.forgotten.unregister(storage);
      this.pool.transfer(buffer, "owned", "cells");
    } else if (storage.holder === "slot") {
      this.pool.transfer(buffer, "slots", "cells");
    } else {
      const bytes = this.device.bytesOf(node.dtype, node.size);
      const to = this.pool.take(bytes, "cells");
      const copy = { from: buffer, fromByte: storage.offset, to, toByte: 0, bytes };
      this.device.submit({ program: null, params: [], before: [copy], after: [], reads: [] });
      buffer = to;
    }
    this.releaseCell(cell);
    const home = this.bind(cell, buffer);
    node.storage = deviceStorage(buffer, 0, "cell", home.id);
    settle(node);
  }

  /** Moves buffers to the host until the rest fits the budget: kept values first, oldest first. */
  async evict(pending: readonly Node[], writes: ReadonlySet<Cell>): Promise<void> {
    const waiting = new Set<Node>();
    for (const node of pending) for (const input of node.inputs) waiting.add(input);
    const victims: Node[] = [];
    let excess = this.pool.liveBytes - this.pool.budget;
    const choose = (node: Node | undefined): void => {
      const buffer = node?.storage?.buffer as DeviceBuffer | null | undefined;
      if (excess <= 0 || node === undefined || !buffer || waiting.has(node)) return;
      victims.push(node);
      excess -= buffer.bytes;
    };
    for (const node of this.owned.values()) choose(node.deref());
    for (const { ref } of this.homes.values()) {
      const cell = ref.deref()?.cell;
      if (cell !== undefined && !writes.has(cell)) choose(cell.node);
    }
    if (victims.length === 0) return;
    const reads = victims.map((node): Read => {
      const storage = node.storage as Storage;
      return {
        from: storage.buffer as DeviceBuffer,
        fromByte: storage.offset,
        dtype: node.dtype,
        count: node.size,
      };
    });
    const before = victims.map((node) => node.storage);
    const values = await Promise.all(
      this.device.submit({ program: null, params: [], before: [], after: [], reads }),
    );
    victims.forEach((node, i) => {
      const { storage, cell } = node;
      if (storage === null || storage !== before[i]) return; // overwritten or released meanwhile
      if (storage.holder === "owned") this.free(storage);
      else if (cell !== null && cell.node === node && !writes.has(cell)) this.releaseCell(cell);
      else return;
      node.storage = hostStorage(values[i] as NonNullable<(typeof values)[number]>);
    });
  }
}
