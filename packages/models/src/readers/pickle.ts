import { ReaderError } from "./error.ts";

/**
 * A name in a pickle that stands for code. No code is run: the reader decides what the name may
 * mean.
 */
export interface Global {
  readonly module: string;
  readonly name: string;
}

/** Handles names and references in a pickle. */
export interface Handlers {
  /** The value of a name. Throws for unknown names. */
  global(found: Global): unknown;
  /** The result of calling a known name. */
  call(callee: unknown, args: readonly unknown[]): unknown;
  /** The value of a persistent reference: torch.save's storages. */
  reference(id: unknown): unknown;
}

/** A Python tuple. */
export class Tuple extends Array<unknown> {}

const MARK = Symbol("mark");

/**
 * Unpickles plain data: numbers, texts, bytes, lists, tuples, dicts and sets, and names that
 * `handlers` knows. Every other name is refused when it is read, and no object is built.
 */
export function unpickle(bytes: Uint8Array, handlers: Handlers): unknown {
  const machine = new Machine(bytes, handlers);
  return machine.run();
}

class Machine {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly handlers: Handlers;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private at = 0;

  constructor(bytes: Uint8Array, handlers: Handlers) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.handlers = handlers;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.number(1);
      if (opcode === 0x2e) return this.pop();
      const step = steps[opcode];
      if (step === undefined) {
        const shown = `0x${opcode.toString(16)} at byte ${this.at - 1}`;
        throw new ReaderError(
          `the pickle has the instruction ${shown}, which plain data does not need`,
        );
      }
      step(this);
    }
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw new ReaderError("the pickle pops from an empty stack");
    return this.stack.pop();
  }

  top(): unknown {
    return this.stack.at(-1);
  }

  mark(): void {
    this.stack.push(MARK);
  }

  /** Pops the items that were pushed since the last mark. */
  items(): unknown[] {
    const place = this.stack.lastIndexOf(MARK);
    if (place < 0) throw new ReaderError("the pickle has no mark");
    const found = this.stack.splice(place);
    return found.slice(1);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new ReaderError("the pickle is truncated");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** An unsigned little-endian number of 1 to 8 bytes. */
  number(width: number): number {
    const bytes = this.take(width);
    return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new ReaderError("the pickle is truncated");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  signed(): number {
    this.take(4);
    return this.view.getInt32(this.at - 4, true);
  }

  double(): number {
    this.take(8);
    return this.view.getFloat64(this.at - 8);
  }

  /** An integer in two's complement; beyond 2⁵³ a bigint. */
  long(length: number): number | bigint {
    const bytes = this.take(length);
    let value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    if (length > 0 && (bytes[length - 1] as number) > 127) value -= 1n << BigInt(8 * length);
    const narrow = Number(value);
    return Number.isSafeInteger(narrow) ? narrow : value;
  }

  memoize(key: number = this.memo.size): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    if (!this.memo.has(key))
      throw new ReaderError("the pickle reads a memo entry that does not exist");
    this.push(this.memo.get(key));
  }

  global(module: string, name: string): void {
    this.push(this.handlers.global({ module, name }));
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(args instanceof Tuple))
      throw new ReaderError("the pickle calls without a tuple of arguments");
    this.push(this.handlers.call(callee, [...args]));
  }

  refer(): void {
    this.push(this.handlers.reference(this.pop()));
  }

  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map))
      throw new ReaderError("the pickle sets items of a value that is not a dict");
    for (let i = 0; i + 1 < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (list instanceof Set) for (const item of items) list.add(item);
    else if (Array.isArray(list)) for (const item of items) list.push(item);
    else throw new ReaderError("the pickle appends to a value that is not a list");
  }

  /** Ignores the state of an OrderedDict (torch's `_metadata`), which holds no data. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map))
      throw new ReaderError("the pickle builds an object, which is not plain data");
  }
}

const tuple = (items: readonly unknown[]): Tuple => {
  const made = new Tuple();
  for (const item of items) made.push(item);
  return made;
};

/** The instructions by opcode; all others are refused. */
const steps: Readonly<Record<number, (machine: Machine) => void>> = {
  128: (m) => void m.number(1), // PROTO
  149: (m) => void m.take(8), // FRAME
  40: (m) => m.mark(),
  48: (m) => void m.pop(),
  78: (m) => m.push(null),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  75: (m) => m.push(m.number(1)), // BININT1
  77: (m) => m.push(m.number(2)), // BININT2
  74: (m) => m.push(m.signed()), // BININT
  138: (m) => m.push(m.long(m.number(1))), // LONG1
  139: (m) => m.push(m.long(m.number(4))), // LONG4
  71: (m) => m.push(m.double()), // BINFLOAT
  88: (m) => m.push(m.text(m.number(4))), // BINUNICODE
  140: (m) => m.push(m.text(m.number(1))), // SHORT_BINUNICODE
  141: (m) => m.push(m.text(m.number(8))), // BINUNICODE8
  85: (m) => m.push(m.text(m.number(1))), // SHORT_BINSTRING
  84: (m) => m.push(m.text(m.number(4))), // BINSTRING
  67: (m) => m.push(m.take(m.number(1)).slice()), // SHORT_BINBYTES
  66: (m) => m.push(m.take(m.number(4)).slice()), // BINBYTES
  41: (m) => m.push(tuple([])), // EMPTY_TUPLE
  133: (m) => m.push(tuple([m.pop()])), // TUPLE1
  134: (m) => m.push(tuple([m.pop(), m.pop()].reverse())), // TUPLE2
  135: (m) => m.push(tuple([m.pop(), m.pop(), m.pop()].reverse())), // TUPLE3
  116: (m) => m.push(tuple(m.items())), // TUPLE
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => {
    const item = m.pop();
    m.append([item]);
  }, // APPEND
  101: (m) => m.append(m.items()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => {
    const value = m.pop();
    const key = m.pop();
    m.setItems([key, value]);
  }, // SETITEM
  117: (m) => m.setItems(m.items()), // SETITEMS
  143: (m) => m.push(new Set()), // EMPTY_SET
  144: (m) => m.append(m.items()), // ADDITEMS
  113: (m) => m.memoize(m.number(1)), // BINPUT
  114: (m) => m.memoize(m.number(4)), // LONG_BINPUT
  148: (m) => m.memoize(), // MEMOIZE
  104: (m) => m.recall(m.number(1)), // BINGET
  106: (m) => m.recall(m.number(4)), // LONG_BINGET
  99: (m) => {
    const module = m.line();
    m.global(module, m.line());
  }, // GLOBAL
  147: (m) => {
    const name = String(m.pop());
    m.global(String(m.pop()), name);
  }, // STACK_GLOBAL
  82: (m) => m.reduce(), // REDUCE
  81: (m) => m.refer(), // BINPERSID
  98: (m) => m.build(), // BUILD
};
