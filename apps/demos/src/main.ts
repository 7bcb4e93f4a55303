/** `pnpm demo NAME [options]`. */
import { command } from "./command.ts";

// Whoever reads may stop reading, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await command(process.argv.slice(2));
