import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'

/**
 * What happened, as marks on all panels over time.
 *
 * The longer the time shown, the fewer points Grafana asks for, however small a step the annotation has: one
 * each 15 minutes for some days. So "there now, and not 5 s ago" would find an event in a short time shown and
 * lose it in a long one. Where the *value* is the time of the event (`useValueForTime`, in milliseconds), every
 * point says the same time, and the points of one event become one mark, exactly where it happened.
 * https://github.com/grafana/grafana/blob/main/packages/grafana-prometheus/src/datasource.ts, annotationQuery
 */
export function annotations() {
  return [
    mark('Behaviour changes', 'purple')
      .expr('lab_behaviour_change_timestamp_seconds * 1000')
      .titleFormat('Behaviour')
      .textFormat('{{behaviour}}'),
    mark('Server starts', 'blue')
      .expr('process_start_time_seconds{job="httpserver"} * 1000')
      .titleFormat('Server started')
      .textFormat('{{instance}}'),
    // An alert has a beginning and an end: points that are a step apart at most become one region. A label that
    // an alert doesn't have would be shown by its name in a text, but is left out of the tags.
    new AnnotationQueryBuilder()
      .name('Firing alerts')
      .enable(true)
      .iconColor('red')
      .expr('max_over_time(ALERTS{alertstate="firing"}[$__interval])')
      .step('30s')
      .titleFormat('{{alertname}}')
      .textFormat('fires')
      .tagKeys('slo,severity,job,instance'),
  ]
}

const mark = (name: string, color: string) =>
  new AnnotationQueryBuilder()
    .name(name)
    .enable(true)
    .iconColor(color)
    .step('5s')
    .useValueForTime(true)
