import type { DimOption, Sizes } from "../ops/core/arguments.ts";
import type { FlattenOptions } from "../ops/core/layout.ts";
import * as layout from "../ops/core/layout.ts";
import * as strided from "../ops/core/strided.ts";
import * as indexing from "../ops/indexing/indexing.ts";
import type { Index } from "../ops/indexing/slicing.ts";
import * as columns from "../ops/nn/columns.ts";
import * as broadcast from "../ops/shape/broadcast.ts";
import * as combining from "../ops/shape/combining.ts";
import type { DiagOptions, DiagonalOptions } from "../ops/shape/diagonals.ts";
import * as diagonals from "../ops/shape/diagonals.ts";
import type { RollOptions, Rot90Options } from "../ops/shape/movement.ts";
import * as movement from "../ops/shape/movement.ts";
import type { SliceScatterOptions } from "../ops/shape/scattering.ts";
import * as scattering from "../ops/shape/scattering.ts";
import * as splitting from "../ops/shape/splitting.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Methods that change the shape or order of elements. */
export interface ShapeMethods {
  reshape(...shape: Sizes): Tensor;
  view(...shape: Sizes): Tensor;
  viewAs(other: Tensor): Tensor;
  expandAs(other: Tensor): Tensor;
  ravel(): Tensor;
  permute(...dims: Sizes): Tensor;
  expand(...shape: Sizes): Tensor;
  broadcastTo(shape: Shape): Tensor;
  repeat(...repeats: Sizes): Tensor;
  tile(...repeats: Sizes): Tensor;
  repeatInterleave(
    repeats: number | Tensor,
    dim?: number | null | DimOption<number | null>,
  ): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  t(): Tensor;
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  unsqueeze(dim: number): Tensor;
  squeeze(dim?: number | readonly number[] | null): Tensor;
  flatten(startDim?: number | FlattenOptions, endDim?: number): Tensor;
  unflatten(dim: number, sizes: Shape): Tensor;
  flip(dims: number | readonly number[]): Tensor;
  roll(shifts: number | readonly number[], dims?: number | readonly number[] | RollOptions): Tensor;
  rot90(options?: Rot90Options): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  select(dim: number, index: number): Tensor;
  split(size: number | readonly number[], dim?: number | DimOption): Tensor[];
  chunk(chunks: number, dim?: number | DimOption): Tensor[];
  tensorSplit(pieces: number | readonly number[], dim?: number | DimOption): Tensor[];
  unbind(dim?: number | DimOption): Tensor[];
  diag(options?: number | DiagOptions): Tensor;
  diagonal(options?: DiagonalOptions): Tensor;
  diagEmbed(options?: DiagonalOptions): Tensor;
  tril(options?: number | DiagOptions): Tensor;
  triu(options?: number | DiagOptions): Tensor;
  unfold(dim: number, size: number, step: number): Tensor;
  contiguous(): Tensor;
  at(...index: readonly Index[]): Tensor;
  /** `at` with masks in the index. Reads the masks from the device. */
  atMask(...index: readonly Index[]): Promise<Tensor>;
  reshapeAs(other: Tensor): Tensor;
  hsplit(pieces: number | readonly number[]): Tensor[];
  vsplit(pieces: number | readonly number[]): Tensor[];
  dsplit(pieces: number | readonly number[]): Tensor[];
  splitWithSizes(sizes: readonly number[], dim?: number | DimOption): Tensor[];
  fliplr(): Tensor;
  flipud(): Tensor;
  diagflat(offset?: number | { readonly offset?: number }): Tensor;
  narrowCopy(dim: number, start: number, length: number): Tensor;
  selectScatter(source: Tensor, dim: number, index: number): Tensor;
  sliceScatter(
    source: Tensor,
    dim?: number | SliceScatterOptions,
    options?: SliceScatterOptions,
  ): Tensor;
  diagonalScatter(source: Tensor, offset?: number | DiagonalOptions): Tensor;
}

type Sized = "reshape" | "view" | "permute" | "expand" | "repeat" | "tile";

/** Sizes as arguments or as a list: x.view(2, 3) or x.view([2, 3]). */
export const sized: Readonly<Record<Sized, (x: Tensor, sizes: Shape) => Tensor>> = {
  reshape: layout.reshape,
  view: layout.view,
  permute: layout.permute,
  expand: broadcast.expand,
  repeat: movement.repeat,
  tile: movement.tile,
};

export const shapeMethods: Table<Omit<ShapeMethods, Sized>> = {
  viewAs: layout.viewAs,
  expandAs: broadcast.expandAs,
  ravel: layout.ravel,
  broadcastTo: broadcast.broadcastTo,
  repeatInterleave: movement.repeatInterleave,
  transpose: layout.transpose,
  t: layout.t,
  movedim: layout.movedim,
  unsqueeze: layout.unsqueeze,
  squeeze: layout.squeeze,
  flatten: layout.flatten,
  unflatten: layout.unflatten,
  flip: movement.flip,
  roll: movement.roll,
  rot90: movement.rot90,
  narrow: movement.narrow,
  select: movement.select,
  split: movement.split,
  chunk: movement.chunk,
  tensorSplit: movement.tensorSplit,
  unbind: movement.unbind,
  diag: diagonals.diag,
  diagonal: diagonals.diagonal,
  diagEmbed: diagonals.diagEmbed,
  tril: diagonals.tril,
  triu: diagonals.triu,
  unfold: columns.unfoldDim,
  contiguous: strided.contiguous,
  at: indexing.at,
  atMask: indexing.atMask,
  reshapeAs: layout.reshapeAs,
  hsplit: splitting.hsplit,
  vsplit: splitting.vsplit,
  dsplit: splitting.dsplit,
  splitWithSizes: splitting.splitWithSizes,
  fliplr: scattering.fliplr,
  flipud: scattering.flipud,
  diagflat: combining.diagflat,
  narrowCopy: scattering.narrowCopy,
  selectScatter: scattering.selectScatter,
  sliceScatter: scattering.sliceScatter,
  diagonalScatter: scattering.diagonalScatter,
};
