import {
  ColumnTransformer,
  OneHotEncoder,
  OutlierClipper,
  SimpleImputer,
  StandardScaler,
  Table,
} from "@wgrad/datasets";

/** A house as someone asks about it. */
export interface House {
  readonly beds: number;
  readonly baths: number;
  readonly sqft: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly type: string;
}

const measures = ["beds", "baths", "sqft", "latitude", "longitude"] as const;
export const kinds = ["Residential", "Condo", "Multi_Family"] as const;
export const columns: readonly (keyof House)[] = [...measures, "type"];

/**
 * Fills what is missing, brings far-off values back, scales numbers, and gives each kind of house a
 * column.
 */
export const preprocessing = (): ColumnTransformer =>
  new ColumnTransformer([
    {
      columns: measures,
      steps: [
        new SimpleImputer({ strategy: "median" }),
        new OutlierClipper({ factor: 3 }),
        new StandardScaler(),
      ],
    },
    { columns: ["type"], steps: [new OneHotEncoder({ handleUnknown: "ignore" })] },
  ]);

/** Houses as a table with the columns that models know. */
export function tableOf(houses: readonly House[]): Table {
  const numbers = measures.map(
    (name) => [name, Float64Array.from(houses, (house) => house[name])] as const,
  );
  return new Table(
    new Map<string, Float64Array | string[]>([
      ...numbers,
      ["type", houses.map(({ type }) => type)],
    ]),
    { name: "houses", types: { type: "string" } },
  );
}
