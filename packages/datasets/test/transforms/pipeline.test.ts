import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  ColumnTransformer,
  Fitted,
  loadTransform,
  MinMaxScaler,
  OneHotEncoder,
  Pipeline,
  parseCsv,
  SelectKBest,
  SimpleImputer,
  StandardScaler,
  Table,
  type Transform,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const houses = parseCsv(
  "beds,sqft,type,price\n2,836,Condo,59\n3,NA,House,68\nNA,796,House,69\n2,852,,70\n4,1500,Multi,90\n",
  { missing: ["NA", ""] },
);
const preparation = (): ColumnTransformer =>
  new ColumnTransformer([
    {
      columns: ["beds", "sqft"],
      steps: [new SimpleImputer({ strategy: "median" }), new StandardScaler()],
    },
    {
      columns: ["type"],
      steps: [new SimpleImputer({ strategy: "mostFrequent" }), new OneHotEncoder()],
    },
    { columns: ["price"], steps: [] },
  ]);
const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;
const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe("ColumnTransformer", () => {
  test("concatenates columns", async () => {
    const transformer = await preparation().fit(houses);
    const x = transformer.transform(houses);
    expect(x.shape).toEqual([5, 6]);
    expect(transformer.featureNames).toEqual([
      "beds",
      "sqft",
      "type=Condo",
      "type=House",
      "type=Multi",
      "price",
    ]);
    const rows = await values(x);
    expect(rows.slice(6 * 3 + 2, 6 * 4)).toEqual([0, 1, 0, 70]); // the missing type becomes the most frequent one
    const beds = new StandardScaler().fitTransform(tensor([2, 3, 2.5, 2, 4]));
    expect(rows.filter((_, i) => i % 6 === 0)).toEqual(await values(beds));
  });

  test("is restored from JSON and transforms one row", async () => {
    const transformer = await preparation().fit(houses);
    const loaded = loadTransform<ColumnTransformer>(json(await transformer.save()));
    expect(await values(loaded.transform(houses))).toEqual(
      await values(transformer.transform(houses)),
    );
    expect(loaded.featureNames).toEqual(transformer.featureNames);
    const row = new Table({
      type: ["Condo"],
      price: new Float64Array([1]),
      sqft: new Float64Array([Number.NaN]),
      beds: new Int32Array([3]),
    });
    expect(loaded.transform(row).shape).toEqual([1, 6]);
  });

  test("names the resulting features", async () => {
    const transformer = new ColumnTransformer([
      { columns: ["sqft", "price"], steps: [new SimpleImputer(), new Sum()] },
    ]);
    await transformer.fit(houses);
    expect(transformer.featureNames).toEqual(["sqft+price:0"]);
  });

  test("refuses", async () => {
    const fitted = await preparation().fit(houses);
    expect(() => fitted.transform(houses.without(["sqft"]))).toThrow(
      'there is no column "sqft"; columns are beds, type, price',
    );
    expect(() => preparation().transform(houses)).toThrow(
      "SimpleImputer.transform: not fitted yet",
    );
    const castle = parseCsv("beds,sqft,type,price\n1,2,Castle,4\n");
    expect(() => fitted.transform(castle)).toThrow(
      'OneHotEncoder.transform: row 1, column "type": "Castle" is not one of "Condo", "House", "Multi"',
    );
    const raw = (columns: string[], steps: Transform[]): Promise<unknown> =>
      new ColumnTransformer([{ columns, steps }]).fit(houses);
    await expect(raw(["type"], [])).rejects.toThrow(
      'column "type" is text; expected numbers\n  hint: apply OneHotEncoder or OrdinalEncoder first',
    );
    await expect(raw(["beds"], [new StandardScaler()])).rejects.toThrow(
      'column "beds" lacks 1 of 5 values\n  hint: apply SimpleImputer first',
    );
    await expect(raw(["price"], [new StandardScaler(), new OneHotEncoder()])).rejects.toThrow(
      "ColumnTransformer.fit: OneHotEncoder takes columns, but the previous step returns a tensor",
    );
    await expect(raw(["type"], [new OneHotEncoder(), preparation()])).rejects.toThrow(
      "ColumnTransformer takes table, but the previous step returns a tensor",
    );
    await expect(raw(["price"], [preparation()])).rejects.toThrow(
      "ColumnTransformer takes a table, so it must be the first step",
    );
    expect(() => new ColumnTransformer([])).toThrow("a part has no columns");
  });
});

/** Sums features, so that several columns become one. */
class Sum extends Fitted<object, null> implements Transform<"tensor", "tensor"> {
  readonly type = "Sum";
  readonly takes = "tensor";
  readonly gives = "tensor";
  constructor() {
    super({});
  }
  fit(): this {
    return this;
  }
  transform(x: Tensor): Tensor {
    return x.sum(1, { keepdim: true });
  }
}

describe("Pipeline", () => {
  const labels = [0, 0, 1, 1, 1];

  test("fits each step on the previous output, with labels", async () => {
    const pipeline = new Pipeline([preparation(), new SelectKBest({ k: 2 }), new MinMaxScaler()]);
    const x = await pipeline.fitTransform(houses, labels);
    expect(x.shape).toEqual([5, 2]);
    const byHand = await new SelectKBest({ k: 2 }).fit(
      await preparation().fitTransform(houses),
      labels,
    );
    const scaler = await new MinMaxScaler().fit(
      byHand.transform(await preparation().fitTransform(houses)),
    );
    const expected = scaler.transform(byHand.transform(await preparation().fitTransform(houses)));
    expect(await values(x)).toEqual(await values(expected));
    const loaded = loadTransform(json(await pipeline.save()));
    expect(await values(loaded.transform(houses))).toEqual(await values(x));
  });

  test("inverts the steps in reverse order", async () => {
    const x = tensor([
      [1, 10],
      [2, 30],
      [4, 20],
    ]);
    const pipeline = await new Pipeline([new StandardScaler(), new MinMaxScaler()]).fit(x);
    const back = await values(pipeline.inverseTransform(pipeline.transform(x)));
    for (const [i, value] of (await values(x)).entries()) expect(back[i]).toBeCloseTo(value, 4);
    const oneWay = await new Pipeline([new SelectKBest({ k: 1 })]).fit(x, [0, 1, 0]);
    expect(() => oneWay.inverseTransform(tensor([[1]]))).toThrow(
      "Pipeline.inverseTransform: SelectKBest cannot be inverted",
    );
    expect(() => new Pipeline([])).toThrow("Pipeline: there are no steps");
  });

  test("can be saved before it is fitted", async () => {
    const loaded = loadTransform(
      json(await new Pipeline([new StandardScaler(), new MinMaxScaler()]).save()),
    );
    expect(() => loaded.transform(tensor([[1]]))).toThrow(
      "StandardScaler.transform: not fitted yet",
    );
  });

  test("accepts custom classes", async () => {
    class Halve extends Fitted<object, number> implements Transform<"tensor", "tensor"> {
      readonly type = "Halve";
      readonly takes = "tensor";
      readonly gives = "tensor";
      fit(): this {
        return this.learn(2);
      }
      transform(x: Tensor): Tensor {
        return x.div(this.learned("transform"));
      }
    }
    const pipeline = await new Pipeline([new Halve({})]).fit(tensor([[4]]));
    const saved = json(await pipeline.save());
    const loaded = loadTransform(saved, { classes: { Halve } });
    expect(await loaded.transform(tensor([[4]])).item()).toBe(2);
    expect(() => loadTransform(saved)).toThrow('loadTransform: the class "Halve" is unknown');
  });

  test.each([null, {}, { type: "MinMaxScaler" }, { type: 3, options: {} }])(
    "loads no %j",
    (saved) => {
      expect(() => loadTransform(saved as never)).toThrow("loadTransform: not a saved transform");
    },
  );
});
