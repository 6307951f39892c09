/** One series as a program exposes it. */
export type Series = { name: string; labels: Record<string, string>; value: number }

/** Reads the text that Prometheus scrapes, without Prometheus: one entry for each line with a value. */
export function readExposition(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (!name) return []
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    const number = Number(value === '+Inf' ? Number.POSITIVE_INFINITY : value)
    return [{ name, labels: Object.fromEntries(pairs.map(([, k, v]) => [k, v])), value: number }]
  })
}
