import type { Node } from "../graph/node.ts";

/** A condition on scalars that the device computes. The next flush runs only if it holds. */
interface Guard {
  readonly values: readonly Node[];
  readonly judge: (values: readonly number[]) => Error | null;
}

/** What guards need of their stream. */
interface Host {
  /** Computes the nodes, and no other pending work. */
  compute(nodes: readonly Node[]): void;
  isGone(node: Node): boolean;
  /** The scalar, if it can be read synchronously; else null. */
  now(node: Node): number | null;
  later(node: Node): Promise<number>;
}

/** Conditions on values that only the device knows. They are computed first; the flush waits. */
export class Guards {
  private readonly host: Host;
  private waiting: Guard[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  add(guard: Guard): void {
    this.waiting.push(guard);
  }

  /** Throws a condition's error, or gives a promise of it; null if there is nothing to wait for. */
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
