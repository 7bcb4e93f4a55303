export { type NodeAdapter, nodeAdapter, softwareAdapter } from "./devices/webgpu/dawn.ts";
