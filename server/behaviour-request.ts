import {
  type Behaviour,
  type BehaviourName,
  behaviourNames,
  behaviours,
  defaultsOf,
  type Parameters,
} from './behaviours.ts'

/** A behaviour that was asked for, with all of its parameters. */
export type Chosen = { name: BehaviourName; parameters: Parameters }

/**
 * Reads what somebody asks for: `{"name": "lognormal", "parameters": {"median": 0.1}}`. Parameters that
 * are not named have their defaults. Answers with the behaviour, or with every mistake in it: the field,
 * its value and what is allowed.
 *
 * @param body anything that JSON can say
 */
export function readBehaviourRequest(body: unknown): Chosen | { mistakes: string[] } {
  if (!isObject(body)) return { mistakes: ['the body: must be an object with name and parameters'] }
  const { name, parameters = {}, ...rest } = body
  const mistakes = Object.keys(rest).map(
    (field) => `${field}: is not known here: must be name or parameters`,
  )
  if (!isName(name)) {
    mistakes.push(`name=${JSON.stringify(name)}: must be one of ${behaviourNames.join(', ')}`)
    return { mistakes }
  }
  if (!isObject(parameters)) {
    mistakes.push(`parameters=${JSON.stringify(parameters)}: must be an object of numbers`)
    return { mistakes }
  }
  const behaviour: Behaviour = behaviours[name]
  mistakes.push(...parameterMistakes(name, behaviour, parameters))
  const all = { ...defaultsOf(name), ...(parameters as Parameters) }
  const among = mistakes.length === 0 && behaviour.mistake?.(all)
  if (among) mistakes.push(`parameters=${JSON.stringify(all)}: ${among}`)
  return mistakes.length > 0 ? { mistakes } : { name, parameters: all }
}

function parameterMistakes(
  name: string,
  { parameters: known }: Behaviour,
  asked: Record<string, unknown>,
): string[] {
  return Object.entries(asked).flatMap(([key, value]) => {
    const field = `parameters.${key}=${JSON.stringify(value)}`
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined
    if (!parameter) {
      return [`${field}: ${name} has no such parameter: must be ${Object.keys(known).join(', ')}`]
    }
    const { min, max, unit } = parameter
    const allowed = typeof value === 'number' && value >= min && value <= max
    return allowed ? [] : [`${field}: must be a number from ${min} to ${max} (${unit})`]
  })
}

const isName = (name: unknown): name is BehaviourName =>
  typeof name === 'string' && Object.hasOwn(behaviours, name)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
