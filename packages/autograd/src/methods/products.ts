import type { DimOption } from "../ops/core/arguments.ts";
import type { AddmmOptions } from "../ops/math/contraction.ts";
import * as contraction from "../ops/math/contraction.ts";
import * as products from "../ops/math/products.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Methods that are products of tensors. */
export interface ProductMethods {
  matmul(other: Tensor): Tensor;
  mm(other: Tensor): Tensor;
  bmm(other: Tensor): Tensor;
  mv(other: Tensor): Tensor;
  dot(other: Tensor): Tensor;
  outer(other: Tensor): Tensor;
  addmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  baddbmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  kron(other: Tensor): Tensor;
  trace(): Tensor;
  addmv(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  addr(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  addbmm(a: Tensor, b: Tensor, options?: AddmmOptions): Tensor;
  vdot(other: Tensor): Tensor;
  inner(other: Tensor): Tensor;
  cross(other: Tensor, dim?: number | null | DimOption<number | null>): Tensor;
}

export const productMethods: Table<ProductMethods> = {
  matmul: contraction.matmul,
  mm: contraction.mm,
  bmm: contraction.bmm,
  mv: contraction.mv,
  dot: contraction.dot,
  outer: contraction.outer,
  addmm: contraction.addmm,
  baddbmm: contraction.baddbmm,
  kron: products.kron,
  trace: products.trace,
  addmv: contraction.addmv,
  addr: contraction.addr,
  addbmm: contraction.addbmm,
  vdot: products.vdot,
  inner: products.inner,
  cross: products.cross,
};
