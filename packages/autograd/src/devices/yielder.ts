/** The most milliseconds between two turns of the event loop. */
const LONGEST = 8;

/**
 * Lets the event loop run every few milliseconds, if a device computes within `submit`. Otherwise
 * timers, input and messages would wait until the program ends.
 */
export class Yielder {
  #last = performance.now();
  #next: Promise<void> | null = null;

  /** Resolves to the value, after a turn of the event loop if one is due; in order of the calls. */
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

/** Resolves in a new task. Unlike nested timers, such tasks are not delayed. */
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
