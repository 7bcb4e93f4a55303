/** log Γ(k + 1) by Stirling's series, beyond the table. */
function logFactorial(k: number): number {
  let product = 1;
  let n = k + 1;
  for (; n < 15; n++) product *= n;
  const z = 1 / (n * n);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z / 1680))) / n;
  return (n - 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}

/**
 * A Poisson sample, drawn as in PyTorch: by products of uniforms, or from rate 10 on by transformed
 * rejection (PTRS; Hörmann 1993).
 */
export function poissonNumber(rate: number, uniform: () => number): number {
  if (rate === 0) return 0;
  if (rate < 10) {
    const end = Math.exp(-rate);
    let product = uniform();
    let count = 0;
    for (; product > end; count++) product *= uniform();
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const height = Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b);
    if (height <= -rate + k * Math.log(rate) - logFactorial(k)) return k;
  }
}

/** The remainder of Stirling's formula for log k!. */
function stirlingTail(k: number): number {
  const n = k + 1;
  return logFactorial(k) - ((k + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2);
}

/**
 * A binomial sample, drawn as in PyTorch: by gaps between successes, or if many are expected by
 * transformed
 * rejection (BTRS; Hörmann 1993).
 */
export function binomialNumber(count: number, p: number, uniform: () => number): number {
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  if (p > 0.5) return count - rarely(count, 1 - p, uniform);
  return rarely(count, p, uniform);
}

function rarely(count: number, p: number, uniform: () => number): number {
  if (count * p >= 10) return byRejection(count, p, uniform);
  const each = Math.log1p(-p);
  let trials = 0;
  let successes = 0;
  for (;;) {
    trials += Math.ceil(Math.log(uniform()) / each);
    if (trials > count) return successes;
    successes++;
  }
}

function byRejection(count: number, p: number, uniform: () => number): number {
  const deviation = Math.sqrt(count * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = count * p + 0.5;
  const r = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const m = Math.floor((count + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    let v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= r) return k;
    if (k < 0 || k > count) continue;
    v = Math.log((v * alpha) / (a / (us * us) + b));
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (count - m + 1))) +
      (count + 1) * Math.log((count - m + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(m) +
      stirlingTail(count - m) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (v <= bound) return k;
  }
}
