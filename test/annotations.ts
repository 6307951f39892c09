import type { AnnotationJson } from '../grafana/dashboards/json.ts'
import type { Answer } from './shown/asked.ts'

/** A mark on the panels over time: a line where `from` is `to`, else a region. In Unix seconds. */
export type Mark = { from: number; to: number; title: string; text: string; tags: string[] }

/**
 * The step in seconds with which Grafana's backend asks for an annotation: for 100 points at most, since
 * an annotation doesn't say how many it wants. Rounded as Grafana does between 5 s and 2 minutes.
 * https://github.com/grafana/grafana/blob/main/pkg/promlib/models/query.go
 */
export function stepOf({ step = '60s' }: AnnotationJson, shownSeconds: number): number {
  const least = Number.parseFloat(step)
  const ideal = shownSeconds / 100
  if (ideal < least) return least
  const rounded = [
    [7.5, 5],
    [12.5, 10],
    [17.5, 15],
    [25, 20],
    [45, 30],
    [90, 60],
  ].find(([below = 0]) => ideal < below)
  if (!rounded?.[1]) throw new Error(`${shownSeconds} s is longer than what is needed here`)
  return rounded[1]
}

/**
 * What Grafana marks where a range query has these answers: points that are not farther apart than the
 * annotation's step become one mark, and the value is the time where it says so.
 * https://github.com/grafana/grafana/blob/main/packages/grafana-prometheus/src/datasource.ts, processAnnotationResponse
 */
export function marksOf(annotation: AnnotationJson, answers: Answer[]): Mark[] {
  const {
    step = '60s',
    useValueForTime,
    titleFormat = '',
    textFormat = '',
    tagKeys = '',
  } = annotation
  return answers.flatMap(({ labels, values }) => {
    const times = useValueForTime
      ? values.map(({ value }) => value / 1000)
      : values.filter(({ value }) => value > 0).map(({ at }) => at)
    const named = (format: string) =>
      format.replace(/\{\{(\w+)\}\}/g, (_, key) => labels[key] ?? key)
    const marks: Mark[] = []
    for (const at of times) {
      const last = marks.at(-1)
      if (last && last.to + Number.parseFloat(step) >= at) {
        last.to = at
        continue
      }
      const tags = tagKeys.split(',').flatMap((key) => labels[key] ?? [])
      marks.push({ from: at, to: at, title: named(titleFormat), text: named(textFormat), tags })
    }
    return marks
  })
}
