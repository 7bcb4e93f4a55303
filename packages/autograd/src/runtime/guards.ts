import type { Node } from "../graph/node.ts";

/** A condition that the next flush needs, on numbers that the device computes. */
interface Guard {
  readonly values: readonly Node[];
  readonly judge: (values: readonly number[]) => Error | null;
}

/** How a stream computes and reads numbers ahead of a flush. */
interface Host {
  /** Computes the nodes, and nothing else that is pending. */
  compute(nodes: readonly Node[]): void;
  isGone(node: Node): boolean;
  /** The number, where the device has it already; null where that must be waited for. */
  now(node: Node): number | null;
  later(node: Node): Promise<number>;
}

/**
 * Conditions on values that only the device knows. They are computed first; what needs them waits
 * for the answer.
 */
export class Guards {
  private readonly host: Host;
  private waiting: Guard[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  add(guard: Guard): void {
    this.waiting.push(guard);
  }

  /**
   * Throws the error of a condition that fails, or gives its promise; null if there is no
   * condition.
   */
  check(): Promise<Error | null> | null {
    if (this.waiting.length === 0) return null;
    const guards = this.waiting.filter(
      ({ values }) => !values.some((node) => this.host.isGone(node)),
    );
    this.waiting = [];
    this.host.compute(guards.flatMap(({ values }) => values));
    const late: Promise<Error | null>[] = [];
    for (const { values, judge } of guards) {
      const now = values.map((node) => this.host.now(node));
      if (now.includes(null)) {
        const arriving = Promise.all(values.map((node) => this.host.later(node)));
        late.push(arriving.then(judge, (error: Error) => error));
      } else {
        const error = judge(now as number[]);
        if (error !== null) throw error;
      }
    }
    return late.length === 0 ? null : Promise.all(late).then(firstOf);
  }
}

const firstOf = (errors: readonly (Error | null)[]): Error | null =>
  errors.find((error) => error !== null) ?? null;
