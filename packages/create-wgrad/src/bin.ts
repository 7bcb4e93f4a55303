import { command } from "./command.ts";
import { CreateError } from "./create.ts";

try {
  console.log(await command(process.argv.slice(2), process.stdin.isTTY === true));
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
