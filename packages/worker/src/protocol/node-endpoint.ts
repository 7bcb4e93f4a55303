import type { Endpoint } from "comlink";

/** A thread of Node, or its port to those who made it. */
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
}

/** The same as comlink wants it: with listeners that get events. */
export function nodeEndpoint(port: NodePort): Endpoint {
  const given = new Map<object, (data: unknown) => void>();
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer as never[] | undefined),
    addEventListener: (_, listener) => {
      const listen = (data: unknown): void => {
        const event = { data } as MessageEvent;
        if ("handleEvent" in listener) listener.handleEvent(event);
        else listener(event);
      };
      given.set(listener, listen);
      port.on("message", listen);
    },
    removeEventListener: (_, listener) => {
      const listen = given.get(listener);
      if (listen !== undefined) port.off("message", listen);
      given.delete(listener);
    },
  };
}
