import { t } from "./language.ts";
/** Seconds as people say them. */
export const duration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : t("{seconds} min", { seconds: Math.round(seconds / 60) });
