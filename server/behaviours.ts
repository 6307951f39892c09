import { normalCdf, normalQuantile } from './normal.ts'
import type { Random } from './random.ts'

/** One number that a behaviour can be given. */
export type Parameter = {
  description: string
  unit: 'seconds' | 'ratio' | 'number'
  min: number
  max: number
  default: number
}

export type Parameters = Record<string, number>

/** What becomes of one request. */
export type Draw = {
  /** 0 to 120 s. */
  delaySeconds: number
  /** It is answered with 500, after its delay. */
  fails: boolean
}

/** How long requests take, and whether they fail: one entry of the table below. */
export type Behaviour = {
  /** One English line for people. */
  description: string
  parameters: Record<string, Parameter>
  /** What is wrong with parameters that are each within their bounds, if anything. */
  mistake?: (parameters: Parameters) => string | undefined
  /**
   * Draws one request's fate.
   *
   * @param atSeconds when the request came, since the behaviour was set: 0 or more
   */
  draw: (random: Random, parameters: Parameters, atSeconds: number) => Draw
  /**
   * The exact quantile function of the delay (the inverse of its cumulative distribution), q from 0 to
   * 1, in seconds, for requests that come at times that know nothing of the behaviour. Absent where the
   * distribution changes with time.
   */
  quantileSeconds?: (q: number, parameters: Parameters) => number
  /** The exact mean of the delay in seconds, where there is an exact quantile function. */
  meanSeconds?: (parameters: Parameters) => number
}

/** The longest delay that any behaviour is allowed: a browser gives up later than that. */
const LONGEST = 60

const seconds = (description: string, preset: number, max = LONGEST, min = 0): Parameter => ({
  description,
  unit: 'seconds',
  min,
  max,
  default: preset,
})
const ratio = (description: string, preset: number): Parameter => ({
  description,
  unit: 'ratio',
  min: 0,
  max: 1,
  default: preset,
})
const number = (description: string, preset: number, min: number, max: number): Parameter => ({
  description,
  unit: 'number',
  min,
  max,
  default: preset,
})

/** Draws by the inverse transform: a uniform number put through the quantile function. */
const byQuantile =
  (quantile: (q: number, parameters: Parameters) => number) =>
  (random: Random, parameters: Parameters): Draw => ({
    delaySeconds: quantile(random(), parameters),
    fails: false,
  })

const inOrder = (low: string, high: string) => (parameters: Parameters) =>
  at(parameters, low) <= at(parameters, high) ? undefined : `${low} must not be above ${high}`

const uniformMean = (parameters: Parameters) => {
  const { min, max } = pick(parameters, 'min', 'max')
  return (min + max) / 2
}

const uniformQuantile = (q: number, parameters: Parameters) => {
  const { min, max } = pick(parameters, 'min', 'max')
  return min + q * (max - min)
}

/** ln T is normal around ln(median) with deviation sigma; what exceeds max is drawn again, so to speak. */
const lognormalQuantile = (q: number, parameters: Parameters) => {
  const { median, sigma, max } = pick(parameters, 'median', 'sigma', 'max')
  const withinMax = normalCdf(Math.log(max / median) / sigma)
  return Math.min(max, median * Math.exp(sigma * normalQuantile(q * withinMax)))
}

/** The mean of a lognormal distribution that is cut off at max: https://en.wikipedia.org/wiki/Log-normal_distribution#Partial_expectation */
const lognormalMean = (parameters: Parameters) => {
  const { median, sigma, max } = pick(parameters, 'median', 'sigma', 'max')
  const cut = Math.log(max / median) / sigma
  return (median * Math.exp(sigma ** 2 / 2) * normalCdf(cut - sigma)) / normalCdf(cut)
}

/** Two uniform distributions, one above the other: the first has the share `hitRatio`. */
const bimodalQuantile = (q: number, parameters: Parameters) => {
  const { hitRatio, hit, miss, spread } = pick(parameters, 'hitRatio', 'hit', 'miss', 'spread')
  const around = (centre: number, share: number) => centre * (1 + spread * (share - 0.5))
  if (q < hitRatio || hitRatio === 1) return around(hit, q / hitRatio)
  return around(miss, (q - hitRatio) / (1 - hitRatio))
}

/** The bounded Pareto distribution: https://en.wikipedia.org/wiki/Pareto_distribution#Bounded_Pareto_distribution */
const paretoQuantile = (q: number, parameters: Parameters) => {
  const { alpha, min, max } = pick(parameters, 'alpha', 'min', 'max')
  const [low, high] = [min ** -alpha, max ** -alpha]
  return (low - q * (low - high)) ** (-1 / alpha)
}

const bimodalMean = (parameters: Parameters) => {
  const { hitRatio, hit, miss } = pick(parameters, 'hitRatio', 'hit', 'miss')
  return hitRatio * hit + (1 - hitRatio) * miss
}

/** The integral of t · f(t) from min to max; for α = 1 the general form would be 0/0. */
const paretoMean = (parameters: Parameters) => {
  const { alpha, min, max } = pick(parameters, 'alpha', 'min', 'max')
  if (min === max) return min
  const scale = (alpha * min ** alpha) / (1 - (min / max) ** alpha)
  if (Math.abs(alpha - 1) < 1e-9) return scale * Math.log(max / min)
  return (scale * (min ** (1 - alpha) - max ** (1 - alpha))) / (alpha - 1)
}

/**
 * Work of `work` seconds in a world that stands still for the first `lasts` of each `every` seconds. Who
 * comes at a random time is one of three:
 * - running all the way through, with probability (every - lasts - work) / every: takes `work`;
 * - coming in a freeze, lasts / every: takes `work` and the rest of the freeze, uniform;
 * - overtaken by the next one, work / every: takes `work` and a whole freeze.
 */
const freezeQuantile = (q: number, parameters: Parameters) => {
  const { work, every, lasts } = pick(parameters, 'work', 'every', 'lasts')
  const untouched = 1 - (lasts + work) / every
  return work + Math.min(lasts, Math.max(0, q - untouched) * every)
}

/** Coming in a freeze costs lasts / 2 on average; being overtaken by one costs all of it. */
const freezeMean = (parameters: Parameters) => {
  const { work, every, lasts } = pick(parameters, 'work', 'every', 'lasts')
  return work + (lasts / every) * (lasts / 2) + (work / every) * lasts
}

/** What the server can do to a request. The one in force is `BEHAVIOUR`, or what was put since. */
export const behaviours = {
  uniform: {
    description: 'each request takes from min to max, all equally likely',
    parameters: { min: seconds('the shortest delay', 0), max: seconds('the longest delay', 2) },
    mistake: inOrder('min', 'max'),
    draw: byQuantile(uniformQuantile),
    quantileSeconds: uniformQuantile,
    meanSeconds: uniformMean,
  },
  constant: {
    description: 'each request takes the same time',
    parameters: { delay: seconds('the delay', 0.25) },
    draw: (_, parameters) => ({ delaySeconds: at(parameters, 'delay'), fails: false }),
    quantileSeconds: (_, parameters) => at(parameters, 'delay'),
    meanSeconds: (parameters) => at(parameters, 'delay'),
  },
  lognormal: {
    description: 'most requests are quick, some slow: what many services look like',
    parameters: {
      median: seconds('half of the requests take less', 0.2, 10, 0.001),
      sigma: number('how far they spread: the deviation of the logarithm', 0.7, 0.01, 3),
      max: seconds('none takes longer', 10, LONGEST, 0.001),
    },
    mistake: inOrder('median', 'max'),
    draw: byQuantile(lognormalQuantile),
    quantileSeconds: lognormalQuantile,
    meanSeconds: lognormalMean,
  },
  bimodal: {
    description: 'a cache: most requests hit it, the others pay for the miss',
    parameters: {
      hitRatio: ratio('the share of hits', 0.9),
      hit: seconds('what a hit takes, on average', 0.02),
      miss: seconds('what a miss takes, on average', 0.8, 40),
      spread: ratio('how far both vary around that: 0.5 is a quarter up and down', 0.5),
    },
    mistake: (parameters) => {
      const { hit, miss, spread } = pick(parameters, 'hit', 'miss', 'spread')
      const apart = hit * (1 + spread / 2) <= miss * (1 - spread / 2)
      return apart ? undefined : 'hit with its spread must stay below miss with its spread'
    },
    draw: byQuantile(bimodalQuantile),
    quantileSeconds: bimodalQuantile,
    meanSeconds: bimodalMean,
  },
  pareto: {
    description: 'a heavy tail: the slowest requests take most of the time',
    parameters: {
      alpha: number('how light the tail is', 1.2, 0.1, 10),
      min: seconds('the shortest delay', 0.05, LONGEST, 0.001),
      max: seconds('the longest delay', 10, LONGEST, 0.001),
    },
    mistake: inOrder('min', 'max'),
    draw: byQuantile(paretoQuantile),
    quantileSeconds: paretoQuantile,
    meanSeconds: paretoMean,
  },
  incident: {
    description: 'well for a while, then for a while three times as slow with ten times the errors',
    parameters: {
      min: seconds('the shortest delay while all is well', 0.05, 20),
      max: seconds('the longest delay while all is well', 0.35, 20),
      errorRatio: { ...ratio('the share of 500s while all is well', 0.005), max: 0.1 },
      first: seconds('when the first incident begins', 30, 86_400),
      every: seconds('from one incident’s begin to the next', 240, 86_400, 1),
      lasts: seconds('how long an incident lasts; as long as every: it never ends', 60, 86_400),
    },
    mistake: inOrder('min', 'max'),
    draw: (random, parameters, atSeconds) => {
      const { errorRatio, first, every, lasts } = pick(
        parameters,
        'errorRatio',
        'first',
        'every',
        'lasts',
      )
      const incident = atSeconds >= first && (atSeconds - first) % every < lasts
      const delaySeconds = uniformQuantile(random(), parameters) * (incident ? 3 : 1)
      return { delaySeconds, fails: random() < errorRatio * (incident ? 10 : 1) }
    },
  },
  freeze: {
    description: 'quick, but again and again all stands still: what coordinated omission hides',
    parameters: {
      work: seconds('what a request takes when nothing stands still', 0.02, 1),
      every: seconds('from one freeze to the next', 10, 3600, 0.1),
      lasts: seconds('how long a freeze lasts', 1.4, LONGEST - 1),
    },
    mistake: (parameters) => {
      const { work, every, lasts } = pick(parameters, 'work', 'every', 'lasts')
      return work + lasts <= every ? undefined : 'work and lasts must fit into every'
    },
    draw: (_, parameters, atSeconds) => {
      const { work, every, lasts } = pick(parameters, 'work', 'every', 'lasts')
      const phase = atSeconds % every
      if (phase < lasts) return { delaySeconds: lasts - phase + work, fails: false }
      const overtaken = phase + work > every
      return { delaySeconds: work + (overtaken ? lasts : 0), fails: false }
    },
    quantileSeconds: freezeQuantile,
    meanSeconds: freezeMean,
  },
  errors: {
    description: 'a given share of requests fails with 500, after its delay',
    parameters: {
      errorRatio: ratio('the share of 500s', 0.1),
      min: seconds('the shortest delay', 0),
      max: seconds('the longest delay', 0.5),
    },
    mistake: inOrder('min', 'max'),
    draw: (random, parameters) => ({
      delaySeconds: uniformQuantile(random(), parameters),
      fails: random() < at(parameters, 'errorRatio'),
    }),
    quantileSeconds: uniformQuantile,
    meanSeconds: uniformMean,
  },
} satisfies Record<string, Behaviour>

/** The name of a behaviour, as `BEHAVIOUR`, the control listener and `lab_behaviour_info` spell it. */
export type BehaviourName = keyof typeof behaviours

export const behaviourNames = Object.keys(behaviours) as BehaviourName[]

/** The parameters of a behaviour as they are when nobody says otherwise. */
export function defaultsOf(name: BehaviourName): Parameters {
  return Object.fromEntries(
    Object.entries<Parameter>(behaviours[name].parameters).map(([key, parameter]) => [
      key,
      parameter.default,
    ]),
  )
}

function at(parameters: Parameters, name: string): number {
  const value = parameters[name]
  if (value === undefined) throw new Error(`no parameter ${name}`)
  return value
}

const pick = <Name extends string>(parameters: Parameters, ...names: Name[]) =>
  Object.fromEntries(names.map((name) => [name, at(parameters, name)])) as Record<Name, number>
