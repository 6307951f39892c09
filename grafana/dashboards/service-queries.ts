import { present } from './queries.ts'

/**
 * The PromQL of the dashboard about any service with a latency histogram: what it is called, and what its labels
 * and its unit are, is in the variables of service-variables.ts.
 */

type Window = '$__rate_interval' | '$__range'

const selector = (suffix: string, more = '') =>
  `{__name__="\${histogram}_${suffix}", job="$job", $label=~"$route"${more}}`

const sumOf = (
  part: 'count' | 'sum',
  window: Window,
  { by = '', more = '' }: { by?: string; more?: string } = {},
) => `sum${by ? ` by (${by})` : ''} (rate(${selector(part, more)}[${window}]))`

/** In seconds, whatever the unit of the histogram is. */
const inSeconds = (expr: string) => `${expr} / $per_second`

const quantile = (q: number, by: string, window: Window) =>
  present(
    inSeconds(`histogram_quantile(${q}, sum by (${by}) (rate(${selector('bucket')}[${window}])))`),
  )

const meanOf = (window: Window, by = '') =>
  inSeconds(`${sumOf('sum', window, { by })} / (${sumOf('count', window, { by })} > 0)`)

export const service = {
  rate: () => sumOf('count', '$__rate_interval'),
  rateBy: (label: '$label' | '$status') => sumOf('count', '$__rate_interval', { by: label }),

  /** Share of 5xx, from 0 to 1; 0 where there is none, absent where nobody asks or no status is told. */
  errorRatio: () =>
    `(${sumOf('count', '$__range', { more: ', $status=~"5.."' })} or 0 * ${sumOf('count', '$__range', { more: ', $status!=""' })})
/
(${sumOf('count', '$__range', { more: ', $status!=""' })} > 0)`,

  /** In seconds; q from 0 to 1. */
  quantile: (q: number, window: Window) => quantile(q, 'le', window),
  quantileByRoute: (q: number) => quantile(q, '$label, le', '$__rate_interval'),

  /** In seconds; exact, whatever the buckets. */
  mean: (window: Window) => meanOf(window),
  meanByRoute: () => meanOf('$__rate_interval', '$label'),

  /** How many took up to `le`, in the unit of the histogram: cumulative. */
  countByBound: (window: Window) => `sum by (le) (increase(${selector('bucket')}[${window}]))`,
}
