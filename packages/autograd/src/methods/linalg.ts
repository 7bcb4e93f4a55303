import type { SignAndLog } from "../ops/linalg/elimination.ts";
import * as elimination from "../ops/linalg/elimination.ts";
import { matrixExp } from "../ops/linalg/exponential.ts";
import type { TorchQrOptions, TorchSvdOptions, TorchSvdResult } from "../ops/linalg/older.ts";
import * as older from "../ops/linalg/older.ts";
import type { QrResult } from "../ops/linalg/orthogonal.ts";
import { type PinvOptions, pinv } from "../ops/linalg/svd.ts";
import type { CholeskyOptions } from "../ops/linalg/triangular.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Decompositions and solutions of matrices. All others are in `linalg`. */
export interface LinalgMethods {
  det(): Tensor;
  inverse(): Tensor;
  logdet(): Tensor;
  slogdet(): SignAndLog;
  matrixPower(n: number): Tensor;
  matrixExp(): Tensor;
  pinverse(options?: PinvOptions): Tensor;
  cholesky(options?: CholeskyOptions): Tensor;
  qr(options?: TorchQrOptions): QrResult;
  svd(options?: TorchSvdOptions): TorchSvdResult;
}

export const linalgMethods: Table<LinalgMethods> = {
  det: elimination.det,
  inverse: elimination.inv,
  logdet: elimination.logdet,
  slogdet: elimination.slogdet,
  matrixPower: elimination.matrixPower,
  matrixExp,
  pinverse: pinv,
  cholesky: older.cholesky,
  qr: older.qr,
  svd: older.svd,
};
