import { arrayFor } from "../protocol/values.ts";
import type { Transport } from "./transport.ts";

/** Transport of a single rank, which sends nothing. */
export const single: Transport = {
  rank: 0,
  size: 1,
  agree: async (header) => [header],
  allReduce: async () => {},
  reserve: async (kind, length) => {
    const own = new (arrayFor(kind))(length);
    return { own, sum: async () => own };
  },
  reduceScatter: async (values, own) => own.set(values),
  broadcast: async () => {},
  allGather: async (own, all) => all.set(own),
  allReduceNow: () => {},
  split: async (members) => (members.length === 0 ? null : single),
  close: async () => {},
};
