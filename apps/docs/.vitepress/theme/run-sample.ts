import { withBase } from "vitepress";
import { defineComponent, h, onBeforeUnmount, ref, type VNode } from "vue";

interface Line {
  readonly kind: string;
  readonly text: string;
}

const devices = { "": "its own choice", webgpu: "WebGPU", wasm: "WebAssembly", cpu: "reference" };

/** The call that takes a device by itself, which the reader may choose instead. */
const ANY_DEVICE = "init()";

/** A program of the page with a button that runs it, in a frame of its own, and what it prints. */
export default defineComponent({
  props: { program: { type: String, required: true } },
  setup(props, { slots }) {
    const lines = ref<Line[]>([]);
    const state = ref<"ready" | "running" | "done" | "failed">("ready");
    const device = ref("");
    let frame: HTMLIFrameElement | undefined;

    const stop = (): void => {
      frame?.remove();
      frame = undefined;
      removeEventListener("message", hear);
      if (state.value === "running") state.value = "ready";
    };
    const hear = ({ data, source }: MessageEvent<Line>): void => {
      if (!frame || source !== frame.contentWindow) return;
      if (data.kind === "ready") {
        const chosen = device.value ? `init({ device: "${device.value}" })` : ANY_DEVICE;
        const program = decodeURIComponent(props.program).replace(ANY_DEVICE, chosen);
        frame.contentWindow?.postMessage(program, location.origin);
      } else if (data.kind === "end") {
        state.value = lines.value.some(({ kind }) => kind === "error") ? "failed" : "done";
        stop();
      } else lines.value.push(data);
    };
    const run = (): void => {
      stop();
      lines.value = [];
      state.value = "running";
      addEventListener("message", hear);
      frame = document.createElement("iframe");
      frame.src = withBase("/sample/index.html");
      frame.title = "A sample";
      frame.className = "sample-frame";
      frame.ariaHidden = "true";
      frame.tabIndex = -1;
      document.body.append(frame);
    };
    onBeforeUnmount(stop);

    const choice = (): VNode =>
      h("label", { class: "sample-device" }, [
        "Device ",
        h(
          "select",
          {
            value: device.value,
            onChange: (event: Event) => {
              device.value = (event.target as HTMLSelectElement).value;
            },
          },
          Object.entries(devices).map(([value, text]) => h("option", { value }, text)),
        ),
      ]);
    const button = (): VNode =>
      state.value === "running"
        ? h("button", { type: "button", onClick: stop }, "Stop")
        : h("button", { type: "button", onClick: run }, "Run");
    const said = { ready: "", running: "running", done: "done", failed: "failed" };

    return () =>
      h("div", { class: "sample", "data-state": state.value }, [
        slots.default?.(),
        h("div", { class: "sample-bar" }, [
          button(),
          decodeURIComponent(props.program).includes(ANY_DEVICE) ? choice() : null,
          h("span", { class: "sample-state", role: "status" }, said[state.value]),
        ]),
        lines.value.length === 0
          ? null
          : h(
              "pre",
              { class: "sample-output", tabindex: 0, "aria-label": "What the program prints" },
              lines.value.map(({ kind, text }) => h("span", { class: kind }, `${text}\n`)),
            ),
      ]);
  },
});
