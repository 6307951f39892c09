/** The quantiles that the lab compares, by the names that its tables give them. */
export const levels = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const

export type Level = keyof typeof levels

/** What is compared of a distribution: four quantiles and the mean, in seconds; null where there is none. */
export type Statistics = Record<Level | 'mean', number | null>

export const levelNames = Object.keys(levels) as Level[]

/** In the order of the table's columns. */
export const statisticNames: (Level | 'mean')[] = [...levelNames, 'mean']
