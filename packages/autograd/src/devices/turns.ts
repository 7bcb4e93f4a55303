/** Milliseconds that results may follow one another without the event loop having had a turn. */
const LONGEST = 8;

/**
 * Makes results wait for the event loop every few milliseconds, if a device computes in `submit`:
 * timers, input and messages would otherwise wait for the program's end.
 */
export class Turns {
  #last = performance.now();
  #next: Promise<void> | null = null;

  /**
   * The value, after a turn of the event loop where one is due. Values come in the order of the
   * calls.
   */
  give<T>(value: T): Promise<T> {
    if (this.#next === null && performance.now() - this.#last > LONGEST) {
      this.#next = turn().then(() => {
        this.#last = performance.now();
        this.#next = null;
      });
    }
    return this.#next === null ? Promise.resolve(value) : this.#next.then(() => value);
  }
}

/**
 * Resolves in a task of its own; unlike a timer's it is not held back when many follow one another.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}
