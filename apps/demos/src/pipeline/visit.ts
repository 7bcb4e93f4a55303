import { columns, type House } from "./houses.ts";
import { MOST_HOUSES } from "./request.ts";

export const sample: House = {
  beds: 3,
  baths: 2,
  sqft: 1500,
  latitude: 38.55,
  longitude: -121.45,
  type: "Residential",
};

/** A request that a server must not take, and why. */
export interface BadRequest {
  readonly what: string;
  readonly path?: string;
  readonly method?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly status: number;
}

const asked = (house: unknown): string => JSON.stringify({ houses: [house] });

export const badRequests: readonly BadRequest[] = [
  { what: "half a JSON", body: '{ "houses": [', status: 400 },
  { what: "a list without a name", body: "[1, 2, 3]", status: 422 },
  { what: "no houses", body: '{ "houses": [] }', status: 422 },
  { what: "text for a number", body: asked({ ...sample, sqft: "1500" }), status: 422 },
  { what: "a house of a million feet", body: asked({ ...sample, sqft: 1e6 }), status: 422 },
  { what: "a house without beds", body: asked({ ...sample, beds: undefined }), status: 422 },
  { what: "an unknown kind", body: asked({ ...sample, type: "Castle" }), status: 422 },
  { what: "a field that is none", body: asked({ ...sample, price: 1 }), status: 422 },
  {
    what: "too many houses",
    body: JSON.stringify({ houses: Array(MOST_HOUSES + 1).fill({ beds: 1 }) }),
    status: 422,
  },
  {
    what: "a body too long",
    body: asked({ ...sample, type: "x".repeat(100_000) }),
    status: 413,
  },
  { what: "no JSON by its type", contentType: "text/plain", body: asked(sample), status: 415 },
  { what: "a page there is not", path: "/admin", status: 404 },
  { what: "GET where POST belongs", method: "GET", status: 405 },
];

/** Makes a bad request; gives the status and what the server says. */
export async function visit(
  url: string,
  { path = "/predict", method = "POST", contentType = "application/json", body }: BadRequest,
): Promise<{ status: number; error: string }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": contentType },
    ...(method === "POST" && { body: body ?? "{}" }),
  });
  const { error = "" } = (await response.json()) as { error?: string };
  return { status: response.status, error };
}

/** Asks a server for prices. */
export async function askPrices(url: string, houses: readonly House[]): Promise<number[]> {
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ houses }),
  });
  if (!response.ok)
    throw new Error(`the server answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { prices: number[] }).prices;
}

/** Rows of a table as houses. */
export const housesOf = (rows: readonly Record<string, number | string>[]): House[] =>
  rows.map(
    (row) => Object.fromEntries(columns.map((name) => [name, row[name]])) as unknown as House,
  );
