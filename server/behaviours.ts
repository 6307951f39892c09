import type { Random } from './random.ts'

/** How long requests take, as a distribution: one entry of the table below. */
export type Behaviour = {
  /** One English line for people. */
  description: string
  /** Draws one delay, in seconds, 0 or more. */
  sampleSeconds: (random: Random) => number
  /** The exact quantile function (inverse of the cumulative distribution), q from 0 to 1, in seconds. */
  quantileSeconds: (q: number) => number
}

/** What the server can do to a request. The one in force is `BEHAVIOUR`. */
export const behaviours = {
  uniform: {
    description: 'each request takes 0 to 2 s, drawn alone',
    sampleSeconds: (random) => 2 * random(),
    quantileSeconds: (q) => 2 * q,
  },
} satisfies Record<string, Behaviour>

/** The name of a behaviour, as `BEHAVIOUR` and the metric `lab_behaviour_info` spell it. */
export type BehaviourName = keyof typeof behaviours
