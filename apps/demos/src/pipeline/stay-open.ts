import { once } from "node:events";
import { createServer } from "node:net";
import { t } from "../shared/language.ts";
import { say, toCopy } from "../shared/terminal.ts";
import { UsageError } from "../shared/usage-error.ts";
import { loadPredictor } from "./bundle.ts";
import { serve } from "./server.ts";
import { sample } from "./visit.ts";

const HOST = "127.0.0.1";
const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Throws UsageError if no server can be had on a port: before an hour of training, not after it.
 */
export async function checkPort(port: number): Promise<void> {
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? t("another program listens there") : code;
    throw new UsageError(t("--serve {port}: {why}; 0 takes a port that is free", { port, why }));
  }
  probe.close();
  await once(probe, "close");
}

/** Serves the predictor in a file until the process is told to stop (Ctrl-C, SIGTERM). */
export async function stayOpen(path: string, port: number): Promise<void> {
  const server = await serve(await loadPredictor(path), { port, host: HOST });
  const example = JSON.stringify({ houses: [sample] });
  say("", t("serving {path}", { path }), t("on {url} until Ctrl-C:", { url: server.url }));
  toCopy(
    `  curl ${server.url}/health`,
    `  curl ${server.url}/predict -H 'content-type: application/json' -d '${example}'`,
  );
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
  await server.close();
  say(t("stopped"));
}
