/**
 * Asks one question at a time. Of those that come while one is on its way only the last is asked:
 * what is drawn, typed or moved meanwhile is asked together. A question that fails (the run has
 * ended) is let go.
 */
export function askLatest<Question, Answer>(
  ask: (question: Question) => Promise<unknown>,
  answered: (answer: Answer, question: Question) => void,
  signal: AbortSignal,
): (question: Question) => void {
  let waiting: { question: Question } | null = null;
  let asking = false;
  const go = async (): Promise<void> => {
    asking = true;
    while (waiting !== null && !signal.aborted) {
      const { question } = waiting;
      waiting = null;
      const answer = await ask(question).catch(() => null);
      if (answer !== null) answered(answer as Answer, question);
    }
    asking = false;
  };
  return (question) => {
    waiting = { question };
    if (!asking) void go();
  };
}
