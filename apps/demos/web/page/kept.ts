import { createStore, del, get, set } from "idb-keyval";
import type { Points } from "../charts/curve.ts";
import type { Checkpoint, Settings } from "../session/protocol.ts";

/** A training as it was left, to be found again after a reload or another page. */
export interface Kept extends Checkpoint {
  readonly settings: Settings;
  readonly seed: number;
  readonly curve: Points;
  readonly test: Points;
}

/** Opened when it is first needed; where a browser keeps nothing, a training ends with its page. */
let opened: ReturnType<typeof createStore> | null = null;
const store = (): ReturnType<typeof createStore> => {
  opened ??= createStore("wgrad-gallery", "trainings");
  return opened;
};

/** What is being kept or forgotten now: it is read after that. */
let keeping: Promise<void> = Promise.resolve();

/** The training that a page was left with, if it is of these settings. */
export async function keptTraining(
  page: string,
  { settings, seed }: Pick<Kept, "settings" | "seed">,
): Promise<Kept | null> {
  await keeping;
  try {
    const kept: Kept | undefined = await get(page, store());
    const same = JSON.stringify([kept?.settings, kept?.seed]) === JSON.stringify([settings, seed]);
    return kept !== undefined && same && kept.step > 0 ? kept : null;
  } catch {
    return null;
  }
}

async function keepTraining(page: string, kept: Kept): Promise<void> {
  try {
    await set(page, kept, store());
  } catch {
    // The disk may be full.
  }
}

async function forgetTraining(page: string): Promise<void> {
  try {
    await del(page, store());
  } catch {
    // Nothing was kept.
  }
}

/** Milliseconds between two times that a running training is kept. */
const EVERY = 1000;
/** A page that is left waits no longer than this for its worker. */
const LEAVING = 1000;

/** Keeps a training now and then while it runs, and when it stops. */
export class Keeper {
  readonly #take: () => Promise<Kept | null>;
  readonly #page: string;
  #at = 0;
  #waiting = false;

  /** `take` gives what there is to keep now. */
  constructor(page: string, take: () => Promise<Kept | null>) {
    this.#page = page;
    this.#take = take;
  }

  /** The training goes on. */
  goesOn(): void {
    if (performance.now() - this.#at > EVERY) this.now();
  }

  /** The training rests. */
  now(): void {
    this.#at = performance.now();
    if (this.#waiting) return;
    this.#waiting = true;
    this.#then(async () => {
      this.#waiting = false;
      const kept = await this.#take();
      if (kept !== null) await keepTraining(this.#page, kept);
    });
  }

  /** The page is left: settles when its training has been kept, or takes too long. */
  async last(): Promise<void> {
    this.now();
    await Promise.race([keeping, new Promise((resolve) => setTimeout(resolve, LEAVING))]);
  }

  /** Another training begins: that of before is gone. */
  forget(): void {
    this.#at = performance.now();
    this.#then(() => forgetTraining(this.#page));
  }

  #then(work: () => Promise<void>): void {
    const done = keeping.then(work).catch(() => undefined);
    // What never answers holds nobody up for long.
    keeping = Promise.race([done, new Promise<void>((resolve) => setTimeout(resolve, LEAVING))]);
  }
}
