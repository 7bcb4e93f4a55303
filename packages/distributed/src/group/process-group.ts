import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import { DistributedError } from "../errors.ts";
import { type Call, checkAgreement, encode, printed } from "../protocol/header.ts";
import type { Transport } from "../transport/transport.ts";

/** What carries values between ranks. */
export type Backend = "single" | "threads" | "mpi";

/**
 * Ranks that do collectives together. Collectives run one at a time, in the order of the calls; before values are sent all ranks tell each
 * other what they call. After an error nothing more is done here: ranks are no longer at the same place.
 */
export class ProcessGroup {
  readonly backend: Backend;
  /** The ranks' numbers in the world, in the order of this group. */
  readonly ranks: readonly number[];
  /** Milliseconds that a rank is waited for. */
  readonly timeout: number;
  readonly #transport: Transport | null;
  #calls = 0;
  #underWay = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #broken: Error | null = null;

  constructor(
    backend: Backend,
    ranks: readonly number[],
    timeout: number,
    transport: Transport | null,
  ) {
    this.backend = backend;
    this.ranks = ranks;
    this.timeout = timeout;
    this.#transport = transport;
  }

  /** This process's place in the group; −1 where it is not of it. */
  get rank(): number {
    return this.#transport?.rank ?? -1;
  }

  get size(): number {
    return this.ranks.length;
  }

  /** Why nothing is done here any more, or null. */
  get broken(): Error | null {
    return this.#broken;
  }

  /** Runs a collective after those before it: once all ranks have said that they make the same call. */
  run<T>(call: Call, work: (transport: Transport) => Promise<T>): Promise<T> {
    const transport = this.#own(call);
    const header = encode(call, ++this.#calls);
    this.#underWay++;
    const result = this.#tail.then(async () => {
      this.#checkWhole(call);
      try {
        checkAgreement(await transport.agree(header, this.timeout, printed(header)), this.ranks);
        return await work(transport);
      } catch (error) {
        this.#broken ??= error as Error;
        throw error;
      } finally {
        this.#underWay--;
      }
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  /** Sums all ranks' values in place, done when it returns. */
  sumNow(call: Call, values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): void {
    const transport = this.#own(call);
    this.#checkWhole(call);
    if (this.#underWay > 0) {
      throw new DistributedError(
        `${call.operation}: another collective is under way\n  hint: await it before the model is called`,
      );
    }
    try {
      transport.allReduceNow(encode(call, ++this.#calls), values, this.timeout, (headers) =>
        checkAgreement(headers, this.ranks),
      );
    } catch (error) {
      this.#broken ??= error as Error;
      throw error;
    }
  }

  /** Resolves when nothing is under way here. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  async close(): Promise<void> {
    this.#broken ??= new DistributedError("the process group was destroyed");
    await this.#transport?.close();
  }

  #own({ operation }: Call): Transport {
    if (this.#transport !== null) return this.#transport;
    throw new ArgumentError(
      `${operation}: this rank is not of the group of ranks ${this.ranks.join(", ")}`,
    );
  }

  #checkWhole({ operation }: Call): void {
    if (this.#broken === null) return;
    throw new DistributedError(
      `${operation}: the group ended with an error before: ${this.#broken.message}`,
      { cause: this.#broken },
    );
  }
}

/** What `group` names: the group itself, or the world. */
export function groupOf(
  call: string,
  group: ProcessGroup | undefined,
  world: ProcessGroup,
): ProcessGroup {
  if (group === undefined) return world;
  if (group instanceof ProcessGroup) return group;
  throw new ArgumentError(
    `${call}: group is ${describe(group)}\n  hint: what newGroup(ranks) gave`,
  );
}
