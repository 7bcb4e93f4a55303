/** Value types and their codes. */
export const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** Opcodes of instructions without immediates, by their names in the specification. */
const plain = {
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.gt_u": 0x4b,
  "i32.le_s": 0x4c,
  "i32.le_u": 0x4d,
  "i32.ge_s": 0x4e,
  "i32.ge_u": 0x4f,
  "i32.clz": 0x67,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_s": 0x6d,
  "i32.div_u": 0x6e,
  "i32.rem_s": 0x6f,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "i64.mul": 0x7e,
  "i64.shr_u": 0x88,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "f32.eq": 0x5b,
  "f32.ne": 0x5c,
  "f32.lt": 0x5d,
  "f32.gt": 0x5e,
  "f32.le": 0x5f,
  "f32.ge": 0x60,
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f32.ceil": 0x8d,
  "f32.floor": 0x8e,
  "f32.trunc": 0x8f,
  "f32.nearest": 0x90,
  "f32.sqrt": 0x91,
  "f32.add": 0x92,
  "f32.sub": 0x93,
  "f32.mul": 0x94,
  "f32.div": 0x95,
  "f32.min": 0x96,
  "f32.max": 0x97,
  "f32.convert_i32_s": 0xb2,
  "f32.convert_i32_u": 0xb3,
  "i32.reinterpret_f32": 0xbc,
  "f32.reinterpret_i32": 0xbe,
  select: 0x1b,
  drop: 0x1a,
} as const;

/** The same for instructions with the SIMD prefix. */
const simd = {
  "i32x4.splat": 17,
  "f32x4.splat": 19,
  "i32x4.eq": 55,
  "i32x4.ne": 56,
  "i32x4.lt_s": 57,
  "i32x4.lt_u": 58,
  "i32x4.gt_s": 59,
  "i32x4.gt_u": 60,
  "i32x4.le_s": 61,
  "i32x4.le_u": 62,
  "i32x4.ge_s": 63,
  "i32x4.ge_u": 64,
  "f32x4.eq": 65,
  "f32x4.ne": 66,
  "f32x4.lt": 67,
  "f32x4.gt": 68,
  "f32x4.le": 69,
  "f32x4.ge": 70,
  "v128.not": 77,
  "v128.and": 78,
  "v128.or": 80,
  "v128.xor": 81,
  "v128.bitselect": 82,
  "v128.any_true": 83,
  "f32x4.ceil": 103,
  "f32x4.floor": 104,
  "f32x4.trunc": 105,
  "f32x4.nearest": 106,
  "i32x4.abs": 160,
  "i32x4.neg": 161,
  "i32x4.shl": 171,
  "i32x4.shr_s": 172,
  "i32x4.shr_u": 173,
  "i32x4.add": 174,
  "i32x4.sub": 177,
  "i32x4.mul": 181,
  "i32x4.min_s": 182,
  "i32x4.min_u": 183,
  "i32x4.max_s": 184,
  "i32x4.max_u": 185,
  "f32x4.abs": 224,
  "f32x4.neg": 225,
  "f32x4.sqrt": 227,
  "f32x4.add": 228,
  "f32x4.sub": 229,
  "f32x4.mul": 230,
  "f32x4.div": 231,
  "f32x4.pmin": 234,
  "f32x4.pmax": 235,
  "i32x4.trunc_sat_f32x4_s": 248,
  "i32x4.trunc_sat_f32x4_u": 249,
  "f32x4.convert_i32x4_s": 250,
  "f32x4.convert_i32x4_u": 251,
  "f32x4.relaxed_madd": 0x105,
  "f32x4.relaxed_nmadd": 0x106,
} as const;

export type Op = keyof typeof plain | keyof typeof simd;

const floats = new Float32Array(1);
const floatBytes = new Uint8Array(floats.buffer);

/** A growing array of code bytes. */
export class Code {
  #bytes = new Uint8Array(256);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(2 * (this.#bytes.length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  /** An unsigned LEB128 number. */
  uleb(value: number): void {
    let rest = value >>> 0;
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed LEB128 number. */
  sleb(value: number): void {
    let rest = value | 0;
    for (;;) {
      const byte = rest & 127;
      rest >>= 7;
      if ((rest === 0 && (byte & 64) === 0) || (rest === -1 && (byte & 64) !== 0)) {
        this.byte(byte);
        return;
      }
      this.byte(byte | 128);
    }
  }

  float(value: number): void {
    floats[0] = value;
    this.append(floatBytes);
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.uleb(bytes.length);
    this.append(bytes);
  }

  op(name: Op): void {
    const code = (plain as Record<string, number>)[name];
    if (code !== undefined) {
      this.byte(code);
      return;
    }
    this.byte(0xfd);
    this.uleb((simd as Record<string, number>)[name] as number);
  }

  /** f32 to i32 or u32, saturating; NaN gives 0. */
  truncate(signed: boolean): void {
    this.byte(0xfc);
    this.byte(signed ? 0 : 1);
  }

  i32(value: number): void {
    this.byte(0x41);
    this.sleb(value);
  }

  i64(value: number): void {
    this.byte(0x42);
    this.sleb(value);
  }

  f32(value: number): void {
    this.byte(0x43);
    this.float(value);
  }

  /** A vector whose four words have these bits. */
  v128(words: readonly number[]): void {
    this.byte(0xfd);
    this.uleb(12);
    this.append(new Uint8Array(Uint32Array.from(words).buffer));
  }

  get(local: number): void {
    this.byte(0x20);
    this.uleb(local);
  }

  set(local: number): void {
    this.byte(0x21);
    this.uleb(local);
  }

  tee(local: number): void {
    this.byte(0x22);
    this.uleb(local);
  }

  /** A load at the address on the stack plus `offset` bytes. */
  load(kind: "i32" | "f32" | "v128" | "splat", offset = 0): void {
    if (kind === "i32") this.byte(0x28);
    else if (kind === "f32") this.byte(0x2a);
    else {
      this.byte(0xfd);
      this.uleb(kind === "v128" ? 0 : 9);
    }
    this.uleb(2); // the alignment, which is only a hint
    this.uleb(offset);
  }

  /** Loads a lane of the vector on the stack from the address below it. */
  loadLane(lane: number, offset = 0): void {
    this.byte(0xfd);
    this.uleb(86);
    this.uleb(2);
    this.uleb(offset);
    this.byte(lane);
  }

  store(kind: "i32" | "f32" | "v128", offset = 0): void {
    if (kind === "i32") this.byte(0x36);
    else if (kind === "f32") this.byte(0x38);
    else {
      this.byte(0xfd);
      this.uleb(11);
    }
    this.uleb(2);
    this.uleb(offset);
  }

  storeLane(lane: number, offset = 0): void {
    this.byte(0xfd);
    this.uleb(90);
    this.uleb(2);
    this.uleb(offset);
    this.byte(lane);
  }

  extract(type: "i32" | "f32", lane: number): void {
    this.byte(0xfd);
    this.uleb(type === "i32" ? 27 : 31);
    this.byte(lane);
  }

  replace(type: "i32" | "f32", lane: number): void {
    this.byte(0xfd);
    this.uleb(type === "i32" ? 28 : 32);
    this.byte(lane);
  }

  /** Fills memory. Address, byte and count are on the stack. */
  fill(): void {
    this.byte(0xfc);
    this.byte(11);
    this.byte(0);
  }

  /** Begins a block, which `end()` closes. */
  block(): void {
    this.byte(0x02);
    this.byte(0x40);
  }

  loop(): void {
    this.byte(0x03);
    this.byte(0x40);
  }

  /** Begins a branch on the condition on the stack. `result` is the type that it leaves there. */
  if(result: ValueType | null = null): void {
    this.byte(0x04);
    this.byte(result === null ? 0x40 : types[result]);
  }

  else(): void {
    this.byte(0x05);
  }

  end(): void {
    this.byte(0x0b);
  }

  branch(depth: number): void {
    this.byte(0x0c);
    this.uleb(depth);
  }

  branchIf(depth: number): void {
    this.byte(0x0d);
    this.uleb(depth);
  }
}
