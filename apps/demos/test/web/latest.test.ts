import { describe, expect, test } from "vitest";
import { askLatest } from "../../web/page/latest.ts";

/** Answers when told to. */
function slow(): {
  asked: string[];
  ask: (question: string) => Promise<unknown>;
  answer: (with_: string | Error) => Promise<void>;
} {
  const asked: string[] = [];
  let settle: (given: string | Error) => void = () => undefined;
  const ask = (question: string): Promise<unknown> => {
    asked.push(question);
    return new Promise((resolve, reject) => {
      settle = (given) => (given instanceof Error ? reject(given) : resolve(given));
    });
  };
  const answer = async (given: string | Error): Promise<void> => {
    settle(given);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { asked, ask, answer };
}

describe("askLatest", () => {
  test("asks one at a time, and of those that wait only the last", async () => {
    const { asked, ask, answer } = slow();
    const answers: unknown[] = [];
    const put = askLatest<string, string>(
      ask,
      (given, question) => answers.push([question, given]),
      new AbortController().signal,
    );
    for (const question of ["a", "b", "c"]) put(question);
    expect(asked).toEqual(["a"]);
    await answer("A");
    expect(asked).toEqual(["a", "c"]);
    await answer("C");
    expect(answers).toEqual([
      ["a", "A"],
      ["c", "C"],
    ]);
  });

  test("goes on after a question that failed, and asks nothing once the page is left", async () => {
    const { asked, ask, answer } = slow();
    const leaving = new AbortController();
    const answers: string[] = [];
    const put = askLatest<string, string>(ask, (given) => answers.push(given), leaving.signal);
    put("a");
    put("b");
    await answer(new Error("the run has ended"));
    expect(asked).toEqual(["a", "b"]);
    put("c");
    leaving.abort();
    await answer("B");
    expect([asked, answers]).toEqual([["a", "b"], ["B"]]);
  });
});
