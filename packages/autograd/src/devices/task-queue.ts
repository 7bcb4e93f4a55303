/** Runs tasks in the order they are given. A task that waits holds back all later ones. */
export class TaskQueue {
  readonly #tasks: (() => unknown)[] = [];
  #running: Promise<void> | null = null;

  /** Whether no task is held back. */
  get empty(): boolean {
    return this.#running === null;
  }

  add(task: () => unknown): void {
    this.#tasks.push(task);
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** Resolves when all tasks of this moment have run. */
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
