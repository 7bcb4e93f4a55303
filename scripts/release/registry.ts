/** A package registry on this machine. It starts empty and is deleted when it is closed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runServer } from "verdaccio";

/** A running registry. */
export interface Registry {
  /** Its address, without a trailing slash. */
  readonly url: string;
  /** npm settings that allow publishing to it. */
  readonly npmrc: string;
  close(): Promise<void>;
}

/** Starts an empty registry. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-registry-"));
  const anyone = { access: "$all", publish: "$all", unpublish: "$all" };
  const config = {
    storage: join(folder, "packages"),
    configPath: join(folder, "config.yaml"),
    auth: { htpasswd: { file: join(folder, "users") } },
    uplinks: {}, // it has our packages only; npm gets others from its own registry
    packages: { "**": anyone },
    log: { type: "stdout", level: "fatal" },
    max_body_size: "100mb",
    self_path: folder,
    web: { enable: false },
  };
  const server = (await runServer(config as never)) as Server;
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const npmrc = join(folder, ".npmrc");
  writeFileSync(npmrc, `registry=${url}/\n//127.0.0.1:${port}/:_authToken=anyone\n`);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((closed) => void server.close(() => closed()));
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, npmrc, close };
}
