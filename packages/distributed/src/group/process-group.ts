import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import { DistributedError } from "../errors.ts";
import { type Call, checkAgreement, describeHeader, encode } from "../protocol/header.ts";
import type { Transport } from "../transport/transport.ts";

/** How values are sent between ranks. */
export type Backend = "single" | "threads" | "mpi";

/**
 * A group of ranks that run collectives together. Collectives run one at a time, in call order.
 * Before values are sent, the ranks check that they make the same call. After an error the group
 * cannot be used any more, because the ranks may have diverged.
 */
export class ProcessGroup {
  readonly backend: Backend;
  /** Ranks in the world of the members, in group order. */
  readonly ranks: readonly number[];
  /** Milliseconds to wait for a rank. */
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

  /** This process's rank in the group; −1 if it is not a member. */
  get rank(): number {
    return this.#transport?.rank ?? -1;
  }

  get size(): number {
    return this.ranks.length;
  }

  /** The error after which the group cannot be used; null if there was none. */
  get broken(): Error | null {
    return this.#broken;
  }

  /**
   * Runs a collective after earlier ones, once all ranks have agreed that they make the same call.
   */
  run<T>(call: Call, work: (transport: Transport) => Promise<T>): Promise<T> {
    const transport = this.#own(call);
    const header = encode(call, ++this.#calls);
    this.#underWay++;
    const result = this.#tail.then(async () => {
      this.#checkWhole(call);
      try {
        checkAgreement(
          await transport.agree(header, this.timeout, describeHeader(header)),
          this.ranks,
        );
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

  /** Sums the values over all ranks in place, synchronously. */
  sumNow(call: Call, values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): void {
    const transport = this.#own(call);
    this.#checkWhole(call);
    if (this.#underWay > 0) {
      throw new DistributedError(
        `${call.operation}: another collective is still running\n  hint: await it before you call the model`,
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

  /** Resolves when no collective is running. */
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
      `${operation}: this rank is not a member of the group of ranks ${this.ranks.join(", ")}`,
    );
  }

  #checkWhole({ operation }: Call): void {
    if (this.#broken === null) return;
    throw new DistributedError(
      `${operation}: the group cannot be used after an earlier error: ${this.#broken.message}`,
      { cause: this.#broken },
    );
  }
}

/** The given group, or the world by default. */
export function groupOf(
  call: string,
  group: ProcessGroup | undefined,
  world: ProcessGroup,
): ProcessGroup {
  if (group === undefined) return world;
  if (group instanceof ProcessGroup) return group;
  throw new ArgumentError(
    `${call}: group is ${describe(group)}\n  hint: pass the result of newGroup(ranks)`,
  );
}
