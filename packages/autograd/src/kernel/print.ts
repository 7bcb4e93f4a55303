import type { Buffer, Expr } from "./expression.ts";
import type { Grid, Loops, Statement } from "./loops.ts";

/** Loops as text for people. It is the same on every device. */
export function printLoops({ grid, body }: Loops): string {
  const lines: string[] = [`for each of ${gridText(grid)}`];
  write(body, "  ", lines);
  return lines.join("\n");
}

function gridText(grid: Grid): string {
  if (grid.kind === "items") return `${grid.items} items`;
  if (grid.kind === "threads") return `${grid.threads} threads`;
  return `${grid.groups} groups of ${grid.size} threads`;
}

function write(statements: readonly Statement[], indent: string, lines: string[]): void {
  const line = (text: string): number => lines.push(indent + text);
  const block = (body: readonly Statement[]): void => write(body, `${indent}  `, lines);
  for (const statement of statements) {
    switch (statement.do) {
      case "let":
        line(`${name(statement.local.id)} = ${valueText(statement.value)}`);
        break;
      case "var":
        line(`var ${name(statement.local.id)} = ${valueText(statement.value)}`);
        break;
      case "set":
        line(`${name(statement.local.id)} := ${valueText(statement.value)}`);
        break;
      case "count":
        break;
      case "store": {
        const { buffer, index, value } = statement;
        line(`${bufferText(buffer)}[${valueText(index)}] := ${valueText(value)}`);
        break;
      }
      case "array": {
        const { id, length, dtype, shared } = statement.array;
        line(`${shared ? "shared " : ""}array ${name(id)}: ${length} ${dtype}`);
        break;
      }
      case "put": {
        const { array, index, lane, value } = statement;
        const of = lane === null ? "" : `.${valueText(lane)}`;
        line(`${name(array.id)}[${valueText(index)}]${of} := ${valueText(value)}`);
        break;
      }
      case "for": {
        const { local, from, to, step, body } = statement;
        const by = typeof step === "number" ? String(step) : valueText(step);
        line(`for ${name(local.id)} from ${valueText(from)} to ${valueText(to)} by ${by}`);
        block(body);
        break;
      }
      case "while":
        line(`while ${valueText(statement.condition)}`);
        block(statement.body);
        break;
      case "if":
        line(`if ${valueText(statement.condition)}`);
        block(statement.yes);
        if (statement.no.length > 0) {
          line("else");
          block(statement.no);
        }
        break;
      case "barrier":
        line(statement.buffers ? "barrier of buffers" : "barrier");
    }
  }
}

const name = (id: number): string => `v${id}`;

function bufferText(buffer: Buffer): string {
  if ("input" in buffer) return `in${buffer.input}`;
  return "output" in buffer ? `out${buffer.output}` : `scratch${buffer.scratch}`;
}

function valueText(value: Expr): string {
  switch (value.kind) {
    case "constant":
      return String(value.value);
    case "local":
      return name(value.id);
    case "param":
      return `param${value.slot}`;
    case "size":
      return `${value.value}`;
    case "coordinate":
      return `param${value.slot} / ${value.stride} % ${value.size}`;
    case "at": {
      const terms = value.terms.map(({ counter, walk }) => {
        const { dims, walks } = counter.layout;
        const by = walk < 0 ? dims : (walks[walk]?.strides ?? []);
        const base = walk < 0 ? null : (walks[walk]?.base ?? null);
        const start = base === null ? "" : `${valueText(base)} + `;
        return `${start}(${valueText(counter.index)} in [${dims.join(", ")}])·${walk < 0 ? "1" : `[${by.join(", ")}]`}`;
      });
      return terms.join(" + ");
    }
    case "load":
      return `${bufferText(value.buffer)}[${valueText(value.index)}]`;
    case "element":
      return `${name(value.array.id)}[${valueText(value.index)}]`;
    case "lane":
      return `${valueText(value.of)}.${typeof value.lane === "number" ? value.lane : valueText(value.lane)}`;
    case "call":
      return value.args.length === 0
        ? value.fn
        : `${value.fn}(${value.args.map(valueText).join(", ")})`;
  }
}
