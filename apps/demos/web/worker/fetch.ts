import { t } from "../../src/shared/language.ts";
import type { Loading } from "../session/protocol.ts";

/** Data that could not be had. */
class FetchError extends Error {
  override readonly name = "FetchError";
}

const fetched = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** The bytes at an address, fetched once, saying on the way how far it is. */
export function fetchOnce(
  url: string,
  what: string,
  onLoading: (loading: Loading) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const known = fetched.get(url);
  if (known !== undefined) return known;
  const bytes = read(url, what, onLoading);
  fetched.set(url, bytes);
  bytes.catch(() => fetched.delete(url));
  return bytes;
}

async function read(
  url: string,
  what: string,
  onLoading: (loading: Loading) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url).catch(() => null);
  if (response === null || !response.ok || response.body === null) {
    const why =
      response === null
        ? t("there is no connection to the server. They are kept once they have been fetched.")
        : t("the server says {status} for {url}.", { status: response.status, url });
    throw new FetchError(t("{what} could not be fetched: {why}", { what, why }));
  }
  const length = response.headers.get("content-length");
  // Where the server packs the file, its length is not that of what arrives here.
  const total = length === null || response.headers.has("content-encoding") ? null : Number(length);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new FetchError(t("{what} could not be fetched: the connection broke off.", { what }));
    });
    if (done) break;
    chunks.push(value);
    received += value.length;
    onLoading({ what, received, total });
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
