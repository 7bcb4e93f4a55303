/** A list of numbers that every flush rewrites. Its memory grows and is reused. */
export class Numbers {
  private data = new Float64Array(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  /** A hash of the numbers in order. */
  hash(): number {
    let hash = this.length;
    for (let i = 0; i < this.length; i++)
      hash = (Math.imul(hash, 31) + (this.data[i] as number)) | 0;
    return hash;
  }

  equals(other: Float64Array): boolean {
    if (other.length !== this.length) return false;
    for (let i = 0; i < other.length; i++) if (this.data[i] !== other[i]) return false;
    return true;
  }

  copy(): Float64Array {
    return this.data.slice(0, this.length);
  }
}
