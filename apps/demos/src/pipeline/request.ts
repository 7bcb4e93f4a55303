import { columns, type House, kinds } from "./houses.ts";

/** What a request may not be; its message goes back to whoever asked. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The most houses in one request. */
export const MOST_HOUSES = 64;

/** What each number may be: beyond it a model would guess where it has seen nothing. */
const ranges: Readonly<Record<Exclude<keyof House, "type">, readonly [number, number]>> = {
  beds: [0, 20],
  baths: [0, 20],
  sqft: [100, 20_000],
  latitude: [38, 39.5],
  longitude: [-122, -120],
};

/**
 * The houses of a request's body, `{ "houses": [{ beds, baths, … }] }`. Throws RequestError: 400
 * for no JSON, 422 for the rest.
 */
export function housesIn(body: string): House[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new RequestError(400, "the body is no JSON");
  }
  const houses = isObject(json) ? json.houses : undefined;
  if (!Array.isArray(houses)) throw new RequestError(422, 'the body is not { "houses": [ … ] }');
  if (houses.length === 0 || houses.length > MOST_HOUSES) {
    throw new RequestError(422, `${houses.length} houses; there may be 1 to ${MOST_HOUSES}`);
  }
  return houses.map((house, i) => checked(house, `houses[${i}]`));
}

function checked(house: unknown, place: string): House {
  if (!isObject(house)) throw new RequestError(422, `${place} is no object`);
  const stranger = Object.keys(house).find((name) => !columns.some((column) => column === name));
  if (stranger !== undefined) {
    throw new RequestError(
      422,
      `${place} has ${JSON.stringify(stranger)}; it takes ${columns.join(", ")}`,
    );
  }
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = house[name];
    if (typeof value === "number" && value >= least && value <= most) continue;
    const given = value === undefined ? "missing" : JSON.stringify(value)?.slice(0, 40);
    throw new RequestError(
      422,
      `${place}.${name} is ${given}; it is a number from ${least} to ${most}`,
    );
  }
  if (!kinds.some((kind) => kind === house.type)) {
    throw new RequestError(422, `${place}.type is none of ${kinds.join(", ")}`);
  }
  return house as unknown as House;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
