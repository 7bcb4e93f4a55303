export { type NodeAdapter, nodeAdapter, softwareAdapter } from "./devices/node/dawn.ts";
export { threadCode } from "./devices/node/thread.ts";
export { watchThreads } from "./devices/node/threads.ts";
