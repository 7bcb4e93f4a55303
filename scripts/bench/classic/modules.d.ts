/** Types of libraries that have none, as far as they are called here. */
declare module "ml-cart" {
  export class DecisionTreeClassifier {
    train(x: readonly (readonly number[])[], labels: readonly number[]): void;
    predict(x: readonly (readonly number[])[]): number[];
  }
}
declare module "ml-xgboost" {
  interface XGBoost {
    train(x: readonly (readonly number[])[], y: readonly number[]): void;
    predict(x: readonly (readonly number[])[]): number[];
  }
  const ready: Promise<new (options: Readonly<Record<string, string | number>>) => XGBoost>;
  export default ready;
}
