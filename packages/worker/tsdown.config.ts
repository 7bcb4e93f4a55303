import { library } from "../../tsdown.base.ts";

export default library(["src/index.ts", "src/serve.ts", "src/node.ts"]);
