/**
 * PromQL for what a counter has gained since `since`, added up by `by`: the plain difference of two
 * scrapes, because `increase()` would extrapolate to the edges of its window. A series that was not there
 * yet began at zero.
 *
 * @param selector of a counter, such as `requests_total{job="a"}`
 * @param by labels, separated by commas, or none
 * @param since Unix seconds, a moment at or right after a scrape
 */
export function gain(selector: string, by: string, since: number): string {
  const sum = `sum by (${by}) (${selector})`
  return `${sum} - (sum by (${by}) (${selector} @ ${since}) or ${sum} * 0)`
}
