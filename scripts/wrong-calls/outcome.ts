/** How a call ended: with a result, which may be a promise that does not settle, or an error. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

const PATIENCE = 200;

/** Runs a call. A promise is waited for, but not for long: some calls wait for a file or a server. */
export async function outcome(run: () => unknown): Promise<Outcome> {
  try {
    const result = run();
    if (!(result instanceof Promise)) return { ok: true, value: result };
    const late = new Promise((done) => setTimeout(done, PATIENCE));
    result.catch(() => {});
    return { ok: true, value: await Promise.race([result, late]) };
  } catch (error) {
    return { ok: false, error };
  }
}
