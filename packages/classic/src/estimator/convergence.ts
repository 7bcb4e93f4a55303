/**
 * Says on the console that a fit ended at `maxIter` before its stopping rule, as scikit-learn's
 * ConvergenceWarning does.
 */
export function warnUnconverged(
  call: string,
  maxIter: number,
  hint = "a larger maxIter, or features of one size (StandardScaler)",
): void {
  console.warn(
    `wgrad: ${call}: not converged after maxIter = ${maxIter} iterations\n  hint: ${hint}`,
  );
}
