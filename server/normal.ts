/**
 * The cumulative distribution of the standard normal: the probability of a value of `z` or less.
 * W. J. Cody's rational approximations would give 16 digits; this continued product of a power series
 * (Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004) gives
 * 15 for |z| < 7 in a few lines, and beyond that the answer is 0 or 1 to as many.
 */
export function normalCdf(z: number): number {
  if (z < -8) return 0
  if (z > 8) return 1
  let sum = z
  let term = z
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (z * z) / i
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z - Math.log(2 * Math.PI) / 2)
}

/**
 * The quantile function of the standard normal, the inverse of `normalCdf`: the z that the share `q`
 * (above 0, below 1) does not exceed. Peter Acklam's rational approximation (relative error 1.2e-9),
 * then one step of Halley's method, which brings it to full precision.
 * https://web.archive.org/web/20151030215612/http://home.online.no/~pjacklam/notes/invnorm/
 */
export function normalQuantile(q: number): number {
  if (q <= 0) return Number.NEGATIVE_INFINITY
  if (q >= 1) return Number.POSITIVE_INFINITY
  const z = approximateQuantile(q)
  const error = (normalCdf(z) - q) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2)
  return z - error / (1 + (z * error) / 2)
}

function approximateQuantile(q: number): number {
  if (q > 0.5) return -approximateQuantile(1 - q)
  if (q < 0.02425) {
    const r = Math.sqrt(-2 * Math.log(q))
    return polynomial(tailNumerator, r) / (polynomial(tailDenominator, r) * r + 1)
  }
  const d = q - 0.5
  const r = d * d
  return (polynomial(centreNumerator, r) * d) / (polynomial(centreDenominator, r) * r + 1)
}

const polynomial = (coefficients: number[], x: number) =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)

const centreNumerator = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
]
const centreDenominator = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
]
const tailNumerator = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
]
const tailDenominator = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416,
]
