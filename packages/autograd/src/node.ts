export { type NodeAdapter, nodeAdapter, softwareAdapter } from "./devices/node/dawn.ts";
