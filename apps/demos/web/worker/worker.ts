import { type Desk, serve } from "@wgrad/worker/serve";
import { isLanguage } from "../../src/shared/language.ts";
import type { Order } from "../session/protocol.ts";
import { learn } from "../tables.ts";
import { openDevice } from "./device.ts";
import { begin } from "./lesson.ts";

/** The page names its worker by its language. */
const language = isLanguage(self.name) ? self.name : "en";
const shared = ["page", "names", "shared"];

serve(
  async (desk: Desk<Order>) => {
    await learn([...shared, desk.settings.page], language);
    return begin(desk);
  },
  {
    init: async (device) => {
      await learn(shared, language);
      return openDevice(device);
    },
  },
);
