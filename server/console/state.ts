import {
  type Behaviour,
  type BehaviourName,
  behaviourNames,
  behaviours,
  defaultsOf,
} from '../behaviours.ts'
import { axes, type PartOfState, type State } from './address.ts'
import {
  arrivals,
  type ProfileName,
  presetsOf,
  profileNames,
  type RunRequest,
} from './run-request.ts'
import { layouts } from './view.ts'

/**
 * What the page shows at first: what its address asks for, and what is usual where that says nothing, or
 * something that is not known here. Numbers out of their bounds stay: the forms say what is wrong with them.
 */
export function stateOf(
  given: PartOfState,
): State & { axis: (typeof axes)[number]; behaviour: BehaviourName; profile: ProfileName } {
  const behaviour = behaviourNames.find((name) => name === given.behaviour) ?? 'uniform'
  const profile = profileNames.find((name) => name === given.profile) ?? 'constant'
  const { parameters }: Behaviour = behaviours[behaviour]
  return {
    layout: given.layout ?? 'openTelemetry',
    bounds: given.bounds ?? '0.1, 0.25, 0.5, 1, 1.5, 2, 3',
    start: given.start ?? 0.01,
    factor: given.factor ?? 1.5,
    count: given.count ?? 15,
    axis: axes.find((axis) => axis === given.axis) ?? 'fitting',
    behaviour,
    behaviourParameters: {
      ...defaultsOf(behaviour),
      ...known(given.behaviourParameters, Object.keys(parameters)),
    },
    profile,
    profileParameters: {
      ...presetsOf(profile),
      ...known(given.profileParameters, Object.keys(presetsOf(profile))),
    },
    durationSeconds: given.durationSeconds ?? 60,
    arrivals: arrivals.find((name) => name === given.arrivals) ?? 'poisson',
  }
}

/** What an address asks for by a name that is not known here, each with what is shown in its place. */
export function unknownIn(given: PartOfState): string[] {
  const state = stateOf(given)
  const names = {
    layout: [...Object.keys(layouts), 'bounds', 'factor'],
    axis: axes,
    behaviour: behaviourNames,
    profile: profileNames,
    arrivals,
  } satisfies Partial<Record<keyof State, readonly string[]>>
  return (Object.entries(names) as [keyof typeof names, readonly string[]][]).flatMap(
    ([field, known]) => {
      const asked = given[field]
      if (asked === undefined || known.includes(asked)) return []
      const shown = field === 'layout' ? 'openTelemetry' : state[field]
      return [
        `The address asks for ${field}=${asked.slice(0, 40)}, which is not known here: ${shown} is shown.`,
      ]
    },
  )
}

/** The run that a state asks for. */
export function runOf(state: ReturnType<typeof stateOf>): RunRequest {
  const { profile, profileParameters, durationSeconds } = state
  const arrival = arrivals.find((name) => name === state.arrivals) ?? 'poisson'
  return { profile, parameters: profileParameters, durationSeconds, arrivals: arrival }
}

const known = (parameters: Record<string, number> | undefined, names: string[]) =>
  Object.fromEntries(Object.entries(parameters ?? {}).filter(([name]) => names.includes(name)))
