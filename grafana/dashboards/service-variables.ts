// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables look like that
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { all, labelValues } from './variables.ts'

/**
 * The variables of the dashboard *Your service*. What a histogram's labels and its unit are called is asked of
 * Prometheus, so that a service that names them otherwise is shown too.
 */

/** Histograms that are not about requests: of the process that a service runs in, and of sizes. */
export const otherHistograms = '(go|jvm|nodejs|process|python|dotnet)_.+|.+_bytes'

/** What the route of a request is called, by OpenTelemetry and by others. */
const routeLabels = ['http_route', 'route', 'path', 'handler', 'uri', 'endpoint']

/** What the status of an answer is called. */
const statusLabels = ['http_response_status_code', 'status_code', 'code', 'status', 'http_status']

/** How many of a unit are a second, by how the names of histograms in it end. */
const perSecond = { 1000: 'ms|millis|milliseconds', 1000000: 'us|micros|microseconds' }

const buckets = `__name__=~".+_bucket", __name__!~"(${otherHistograms})_bucket"`

const chosen = '__name__="${histogram}_count", job="$job"'

/** Every variable, in the order in which each depends on those before it. */
export function serviceVariables() {
  return [
    labelValues('job', `label_values({${buckets}, job!~"loadgen|prometheus"}, job)`)
      .label('Service')
      .description(
        'The job that Prometheus scrapes the service as: your-service, or its name in TARGET.',
      )
      .current({ selected: true, text: 'your-service', value: 'your-service' }),

    labelValues('histogram', `label_values({${buckets}, job="$job"}, __name__)`)
      .label('Histogram')
      .description('The latency histogram that all panels are about.')
      .regex('/^(.+)_bucket$/')
      .current({
        selected: true,
        text: 'http_server_request_duration_seconds',
        value: 'http_server_request_duration_seconds',
      }),

    firstLabel('label', routeLabels)
      .label('Route label')
      .description('What the histogram calls the route of a request.'),

    all(
      labelValues('route', `label_values({${chosen}}, $label)`)
        .label('Route')
        .description('The routes that all panels are about.'),
    ),

    firstLabel('status', statusLabels)
      .label('Status label')
      .description('What the histogram calls the status of an answer.'),

    results('per_second', divisor, String.raw`/^\{\} (\S+) /`)
      .description('How many of the histogram’s unit are a second, by its name.')
      .hide(dashboard.VariableHide.HideVariable),
  ]
}

/** A name that Grafana can't find out is the first, which asks for nothing. */
const divisor = `${Object.entries(perSecond)
  .map(
    ([factor, endings]) =>
      `${factor} * group(last_over_time({${chosen}, __name__=~".+_(${endings})_count"}[$__range]))`,
  )
  .join(' or ')} or vector(1)`

/**
 * Which of these labels the histogram has: the first of them by the alphabet where it has several, as they stand
 * in Prometheus' answer, and the first of the list where it has none.
 */
function firstLabel(name: string, labels: string[]) {
  const list = labels.join(', ')
  const having = `group by (${list}) (last_over_time({${chosen}}[$__range])) unless on (${list}) vector(0)`
  const none = `label_replace(vector(0), "${labels[0]}", "-", "", "")`
  return results(name, `(${having}) or on () ${none}`, `/[{,](${labels.join('|')})="/`)
}

/** A variable whose value is cut out of the answer to a query, in the order of the answer. */
const results = (name: string, expr: string, regex: string) =>
  labelValues(name, `query_result(${expr})`).regex(regex).sort(dashboard.VariableSort.Disabled)
