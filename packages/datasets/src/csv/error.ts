import { WgradError } from "@wgrad/autograd";

/** Text that is not the table it should be; the message is one line: file, row and column, and what is wrong. */
export class CsvError extends WgradError {}
