import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { mersenne } from 'pure-rand/generator/mersenne'

/** A source of chance: each call gives a number from 0 (included) to 1 (excluded). */
export type Random = () => number

/**
 * Chance that can be repeated: the same seed gives the same numbers in the same order.
 *
 * Mersenne Twister, because of its seeding: with xoroshiro128+ as pure-rand seeds it, the first number
 * is close to 1 whatever the seed.
 *
 * @param seed a whole number; its lower 32 bits count
 */
export function seededRandom(seed: number): Random {
  const generator = mersenne(seed)
  return () => uniformFloat64(generator)
}
