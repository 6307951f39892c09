import type { Parameter } from '../behaviours.ts'

/** One number that a profile can be given. */
export type ProfileParameter = Omit<Parameter, 'unit'> & {
  unit: 'requests a second' | 'requests' | 'seconds'
  whole?: boolean
}

/** No run from a page is faster: it shares the machine with what it measures. */
export const MOST_PER_SECOND = 2000
export const LONGEST_SECONDS = 600

const rate = (description: string, preset: number, min = 0): ProfileParameter => ({
  description,
  unit: 'requests a second',
  min,
  max: MOST_PER_SECOND,
  default: preset,
})
const period = (description: string, preset: number): ProfileParameter => ({
  description,
  unit: 'seconds',
  min: 1,
  max: LONGEST_SECONDS,
  default: preset,
})

/** How the rate of a run may go with time, and how each says so to the load generator. */
export const profiles = {
  constant: {
    description: 'the same rate all the time',
    parameters: { rate: rate('the rate', 50, 0.1) },
    options: ({ rate }) => ['--rate', `${rate}`],
  },
  ramp: {
    description: 'in a straight line from one rate to another',
    parameters: { from: rate('the rate at the start', 10), to: rate('the rate at the end', 200) },
    options: ({ from, to }) => ['--profile', `ramp:${from}..${to}`],
  },
  steps: {
    description: 'three rates, each for a third of the time',
    parameters: {
      first: rate('the first rate', 10),
      second: rate('the second', 50),
      third: rate('the third', 100),
    },
    options: ({ first, second, third }) => ['--profile', `steps:${first},${second},${third}`],
  },
  sine: {
    description: 'a wave, from the lower rate up to the higher and back',
    parameters: {
      from: rate('the lower rate', 20),
      to: rate('the higher', 80),
      period: period('the length of the wave', 30),
    },
    options: ({ from, to, period }) => ['--profile', `sine:${from}..${to}/${period}s`],
  },
  burst: {
    description: 'many at one instant, again and again',
    parameters: {
      requests: {
        description: 'how many at once',
        unit: 'requests',
        min: 1,
        max: MOST_PER_SECOND,
        default: 200,
        whole: true,
      },
      every: period('from one burst to the next', 10),
    },
    options: ({ requests, every }) => ['--profile', `burst:${requests}/${every}s`],
  },
} satisfies Record<string, Profile>

type Profile = {
  description: string
  parameters: Record<string, ProfileParameter>
  options: (parameters: Record<string, number>) => string[]
}

export type ProfileName = keyof typeof profiles

export const profileNames = Object.keys(profiles) as ProfileName[]

export const arrivals = ['poisson', 'even'] as const

/** A run that was asked for, within its limits. */
export type RunRequest = {
  profile: ProfileName
  parameters: Record<string, number>
  durationSeconds: number
  arrivals: (typeof arrivals)[number]
}

/**
 * Reads what somebody asks for: `{"profile": "constant", "parameters": {"rate": 50}, "durationSeconds": 60,
 * "arrivals": "poisson"}`; all of it may be left out. There is no field for an address: a run is always
 * against the lab's own server. Answers with the run, or with every mistake: field, value, what is allowed.
 *
 * @param body anything that JSON can say
 */
export function readRunRequest(body: unknown): RunRequest | { mistakes: string[] } {
  if (!isObject(body))
    return { mistakes: [`the body: must be an object with ${fields.join(', ')}`] }
  const {
    profile = 'constant',
    parameters = {},
    durationSeconds = 60,
    arrivals: asked = 'poisson',
    ...rest
  } = body
  const mistakes = Object.keys(rest).map(
    (field) => `${field}: is not known here: must be ${fields.join(', ')}`,
  )
  if (!isNumberIn(durationSeconds, 1, LONGEST_SECONDS)) {
    mistakes.push(
      `durationSeconds=${JSON.stringify(durationSeconds)}: must be a number from 1 to ${LONGEST_SECONDS}`,
    )
  }
  const arrival = arrivals.find((name) => name === asked)
  if (!arrival) mistakes.push(`arrivals=${JSON.stringify(asked)}: must be ${arrivals.join(' or ')}`)
  const name = profileNames.find((name) => name === profile)
  if (!name)
    mistakes.push(`profile=${JSON.stringify(profile)}: must be one of ${profileNames.join(', ')}`)
  else mistakes.push(...mistakesInParameters(name, parameters))
  if (mistakes.length > 0 || !arrival || !name) return { mistakes }
  const all = { ...presetsOf(name), ...inThousandths(parameters as Record<string, number>) }
  const still = ['from', 'to', 'first', 'second', 'third'].filter((key) => key in all)
  if (still.length > 0 && still.every((key) => all[key] === 0)) {
    return { mistakes: [`parameters=${JSON.stringify(all)}: at least one rate must be above 0`] }
  }
  return {
    profile: name,
    parameters: all,
    durationSeconds: Number(durationSeconds),
    arrivals: arrival,
  }
}

/** The parameters of a profile as they are when nobody says otherwise. */
export function presetsOf(name: ProfileName): Record<string, number> {
  return Object.fromEntries(
    Object.entries<ProfileParameter>(profiles[name].parameters).map(([key, parameter]) => [
      key,
      parameter.default,
    ]),
  )
}

/** What the load generator is told of a run. */
export function loadOptions({
  profile,
  parameters,
  durationSeconds,
  arrivals,
}: RunRequest): string[] {
  const { options }: Profile = profiles[profile]
  return [
    ...options(parameters),
    '--duration',
    `${Math.round(durationSeconds * 1000)}ms`,
    '--arrivals',
    arrivals,
  ]
}

const fields = ['profile', 'parameters', 'durationSeconds', 'arrivals']

function mistakesInParameters(name: ProfileName, parameters: unknown): string[] {
  if (!isObject(parameters)) {
    return [`parameters=${JSON.stringify(parameters)}: must be an object of numbers`]
  }
  const known: Record<string, ProfileParameter> = profiles[name].parameters
  return Object.entries(parameters).flatMap(([key, value]) => {
    const field = `parameters.${key}=${JSON.stringify(value)}`
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined
    if (!parameter) {
      return [`${field}: ${name} has no such parameter: must be ${Object.keys(known).join(', ')}`]
    }
    const { min, max, unit, whole = false } = parameter
    const kind = whole ? 'a whole number' : 'a number'
    const allowed = isNumberIn(value, min, max) && (!whole || Number.isInteger(value))
    return allowed ? [] : [`${field}: must be ${kind} from ${min} to ${max} (${unit})`]
  })
}

/** 1e-7 is not how the load generator reads a number, and a thousandth of a request is near enough. */
const inThousandths = (parameters: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key, Number(value.toFixed(3))]),
  )

const isNumberIn = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
