/**
 * The same average of two processes over a TCP connection on loopback: each sends its numbers and
 * adds those of the other.
 */
import { fork } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { medianOf, repeats, sizes } from "./lines.ts";

/** Milliseconds for each size in bytes. */
export async function overTcp(): Promise<Record<number, number>> {
  const server = createServer({ noDelay: true });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const connected = new Promise<Socket>((done) => server.once("connection", done));
  const child = fork(fileURLToPath(import.meta.url), [String(port)]);
  const socket = await connected;
  const times = await exchange(socket);
  socket.destroy();
  server.close();
  child.kill();
  return times;
}

async function exchange(socket: Socket): Promise<Record<number, number>> {
  const times: Record<number, number> = {};
  for (const bytes of sizes) {
    const values = new Float32Array(bytes / 4).fill(1);
    const other = new Float32Array(bytes / 4);
    const into = new Uint8Array(other.buffer);
    const all: number[] = [];
    for (let i = -2; i < repeats(bytes); i++) {
      const start = performance.now();
      const arrived = receive(socket, into);
      socket.write(new Uint8Array(values.buffer).slice());
      await arrived;
      for (let k = 0; k < values.length; k++)
        values[k] = ((values[k] as number) + (other[k] as number)) / 2;
      if (i >= 0) all.push(performance.now() - start);
    }
    times[bytes] = medianOf(all);
  }
  return times;
}

/** Received bytes beyond one exchange belong to the next. */
let rest = Buffer.alloc(0);

function receive(socket: Socket, into: Uint8Array): Promise<void> {
  return new Promise((done) => {
    let filled = 0;
    const take = (chunk: Buffer): void => {
      const part = chunk.subarray(0, into.length - filled);
      into.set(part, filled);
      filled += part.length;
      if (filled < into.length) return;
      rest = Buffer.from(chunk.subarray(part.length));
      socket.off("data", take);
      done();
    };
    const before = rest;
    rest = Buffer.alloc(0);
    socket.on("data", take);
    if (before.length > 0) take(before);
  });
}

const [port] = process.argv.slice(2);
if (process.send !== undefined && port !== undefined) {
  const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
  await new Promise((done) => socket.once("connect", done));
  await exchange(socket);
}
