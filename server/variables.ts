import { z } from 'zod'

/** A variable that is a whole number from `min` to `max`. */
export const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(z.int(error).min(min, error).max(max, error))
}
