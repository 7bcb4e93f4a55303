/**
 * Functions that a shader declares when it uses them. WGSL may assume that there is no NaN and no infinity, and
 * promises few digits; these keep IEEE 754's special values and about 1e-6 relative accuracy, with our own
 * polynomials (minimax fits) where the built-in is too coarse.
 */
export interface WgslFunction {
  /** Functions that must be declared before this one. */
  readonly needs: readonly string[];
  /**
   * The declaration. In a function of any width, $F $U $I $B stand for f32 u32 i32 bool or their vec4, and names
   * end in $ (`exp_f32$` is `exp_f32` or `exp_f32x4`).
   */
  readonly code: string;
  readonly anyWidth: boolean;
  /** The declaration for vec4, where it is not the same text. */
  readonly wide?: string;
}

export const scalar = (code: string, ...needs: string[]): WgslFunction => ({
  needs,
  code,
  anyWidth: false,
});
export const anyWidth = (code: string, ...needs: string[]): WgslFunction => ({
  needs,
  code,
  anyWidth: true,
});

/** c₀ + c₁ x + c₂ x² … as nested multiply-adds. */
export function polynomial(x: string, ...coefficients: number[]): string {
  const [last, ...rest] = coefficients.reverse();
  return rest.reduce((sum, c) => `(${sum} * ${x} + ${c})`, String(last));
}
