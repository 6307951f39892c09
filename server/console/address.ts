/** How the time axis is: as it fits what is shown, or as somebody wants it. */
export const axes = ['fitting', 'linear', 'log'] as const

/** What the page shows and asks for, as its address has it. */
export type State = {
  layout: string
  /** As they were typed. */
  bounds: string
  start: number
  factor: number
  count: number
  axis: string
  behaviour: string
  behaviourParameters: Record<string, number>
  profile: string
  profileParameters: Record<string, number>
  durationSeconds: number
  arrivals: string
}

/** What an address says of the state; what it does not say, or says wrongly, is not there. */
export type PartOfState = Partial<State>

/** Writes the state as the part of an address after `#`. */
export function writeAddress(state: State): string {
  const { behaviourParameters, profileParameters, durationSeconds, ...plain } = state
  const pairs = Object.entries({ ...plain, duration: durationSeconds }).filter(([name]) =>
    isAsked(name, state),
  )
  const parameters = new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, String(value)]),
  )
  for (const [name, value] of Object.entries(behaviourParameters))
    parameters.set(`behaviour.${name}`, `${value}`)
  for (const [name, value] of Object.entries(profileParameters))
    parameters.set(`profile.${name}`, `${value}`)
  return parameters.toString()
}

/** Reads the part of an address after `#`. Never throws. */
export function readAddress(hash: string): PartOfState {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''))
  const text = (name: string) => parameters.get(name)?.slice(0, MOST_CHARACTERS) || undefined
  const number = (name: string) => {
    const value = Number(text(name))
    return text(name) !== undefined && Number.isFinite(value) ? value : undefined
  }
  const below = (prefix: string) => {
    const all = [...parameters.keys()]
      .filter((name) => name.startsWith(prefix))
      .slice(0, MOST_PARAMETERS)
    return Object.fromEntries(
      all.flatMap((name) => {
        const value = number(name)
        return value === undefined ? [] : [[name.slice(prefix.length), value]]
      }),
    )
  }
  const all = {
    layout: text('layout'),
    bounds: text('bounds'),
    start: number('start'),
    factor: number('factor'),
    count: number('count'),
    axis: text('axis'),
    behaviour: text('behaviour'),
    behaviourParameters: below('behaviour.'),
    profile: text('profile'),
    profileParameters: below('profile.'),
    durationSeconds: number('duration'),
    arrivals: text('arrivals'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

const MOST_CHARACTERS = 4000
const MOST_PARAMETERS = 20

/** Fields of a layout that is not chosen would only make the address longer. */
const isAsked = (name: string, { layout }: State) => {
  if (name === 'bounds') return layout === 'bounds'
  return !['start', 'factor', 'count'].includes(name) || layout === 'factor'
}
