import type { Device, DeviceBuffer, Read } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { COMPUTED, deviceStorage, hostStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import { settle } from "./retention.ts";

let homeIds = 0;

/**
 * Storage that outlives its plan: of cells, and of values that handles own. Programs release it;
 * the garbage collector releases what they forget.
 */
export class Owners {
  private readonly device: Device;
  private readonly pool: Pool;
  private readonly owned = new Map<Storage, WeakRef<Node>>();
  /**
   * Buffers of cells, by one weak reference each: one per step would live until the program is
   * idle.
   */
  private readonly homes = new Map<object, { readonly id: number; readonly ref: WeakRef<Home> }>();
  /** A home is gone. */
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

  /** The node's buffer (class "owned") is its handles' until they release it. */
  own(node: Node): void {
    const storage = node.storage as Storage;
    this.owned.set(storage, new WeakRef(node));
    this.forgotten.register(node, storage, storage);
  }

  /** Makes storage for a host value. The result writes a range of it, from an element on. */
  receive(node: Node): (at: number, values: TypedArray) => void {
    const { dtype, size } = node;
    const { device } = this;
    const buffer = this.pool.take(device.bytesOf(dtype, size), "owned", "cells");
    node.storage = deviceStorage(buffer, 0, "owned");
    this.own(node);
    settle(node);
    return (at, values) => device.write(buffer, device.bytesOf(dtype, at), values, dtype);
  }

  /** Every value that outlives its plan, the largest buffer first. */
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

  /** Who holds most, for messages. */
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

  /** A cached value becomes its handles' own. */
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
   * Gives storage to cells that a flush reads from the host or writes first. Returns the host
   * values.
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
        input.storage.host = storage.host; // until the flush is known to have run
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

  /** The storage of a cell goes on as another's: a gradient's after `zeroGrad()`. */
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

  /** A computed value becomes the cell's: its buffer changes hands. */
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

  /** Moves buffers to the host, kept values first, oldest first, until the rest fits the budget. */
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
