/** Runs tasks one after another. A task starts when the promise of the one before it settles. */
export class TaskQueue {
  readonly #tasks: (() => unknown)[] = [];
  #running: Promise<void> | null = null;

  /** Whether no task is running or waiting. */
  get empty(): boolean {
    return this.#running === null;
  }

  add(task: () => unknown): void {
    this.#tasks.push(task);
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** Resolves when the queue is empty. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      await task();
    }
    this.#running = null;
  }
}
