/** Rows that are processed at a time, so that memory does not grow with the number of rows. */
const BLOCK = 1024;

/**
 * The upper triangle R of [X y] = Q R, row-major in f64 (Householder 1958). Least squares needs no
 * more, however many rows there are.
 */
export class Triangle {
  readonly width: number;
  /** [width, width], row-major. */
  readonly r: Float64Array;
  /** The triangle and up to BLOCK new rows below it, [width + BLOCK, width]. */
  readonly #work: Float64Array;
  #filled = 0;

  constructor(width: number) {
    this.width = width;
    this.r = new Float64Array(width * width);
    this.#work = new Float64Array((width + BLOCK) * width);
  }

  /** Adds a row of `width` numbers. */
  add(row: ArrayLike<number>): void {
    const { width } = this;
    this.#work.set(row, (width + this.#filled) * width);
    if (++this.#filled === BLOCK) this.finish();
  }

  /** Reduces the rows that were added since the last reduction. */
  finish(): void {
    const { width, r } = this;
    const [work, height] = [this.#work, width + this.#filled];
    work.set(r, 0);
    for (let c = 0; c < width; c++) reflect(work, width, height, c);
    r.set(work.subarray(0, width * width));
    this.#filled = 0;
  }
}

/** Zeroes column c below its diagonal by a Householder reflection of the rows from c on. */
function reflect(a: Float64Array, width: number, height: number, c: number): void {
  let squares = 0;
  for (let i = c; i < height; i++) squares += (a[i * width + c] as number) ** 2;
  const own = a[c * width + c] as number;
  const length = Math.sqrt(squares);
  if (length === 0) return;
  const diagonal = own > 0 ? -length : length;
  // the reflection vector: the column minus its image
  const first = own - diagonal;
  const norm = squares - own * diagonal;
  for (let j = c + 1; j < width; j++) {
    let product = first * (a[c * width + j] as number);
    for (let i = c + 1; i < height; i++) {
      product += (a[i * width + c] as number) * (a[i * width + j] as number);
    }
    const factor = product / norm;
    a[c * width + j] = (a[c * width + j] as number) - factor * first;
    for (let i = c + 1; i < height; i++) {
      a[i * width + j] = (a[i * width + j] as number) - factor * (a[i * width + c] as number);
    }
  }
  a[c * width + c] = diagonal;
  for (let i = c + 1; i < height; i++) a[i * width + c] = 0;
}
