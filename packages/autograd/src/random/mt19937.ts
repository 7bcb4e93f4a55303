const SIZE = 624;
const SHIFT = 397;

/**
 * The Mersenne Twister (Matsumoto & Nishimura 1998), 32 bits. PyTorch and numpy draw from it on the
 * CPU.
 */
export class Mt19937 {
  readonly words: Uint32Array = new Uint32Array(SIZE);
  /** The index of the next word. SIZE means that a new block is due. */
  position: number = SIZE;

  constructor(seed: number) {
    this.seed(seed);
  }

  /** `init_genrand` of the reference implementation, from `seed` mod 2³². */
  seed(seed: number): void {
    const { words } = this;
    words[0] = seed % 2 ** 32;
    for (let i = 1; i < SIZE; i++) {
      const before = words[i - 1] as number;
      words[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
    this.position = SIZE;
  }

  /** A tempered draw of 32 bits. */
  next(): number {
    if (this.position === SIZE) this.#twist();
    let y = this.words[this.position++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const { words } = this;
    for (let i = 0; i < SIZE; i++) {
      const joined =
        ((words[i] as number) & 0x80000000) | ((words[(i + 1) % SIZE] as number) & 0x7fffffff);
      const flip = (joined & 1) === 1 ? 0x9908b0df : 0;
      words[i] = (words[(i + SHIFT) % SIZE] as number) ^ (joined >>> 1) ^ flip;
    }
    this.position = 0;
  }
}
