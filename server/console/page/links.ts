import { queryOf } from '../view.ts'
import { byId, html } from './dom.ts'

/** The ports on which the lab's other parts answer; null for those that don't. */
export type Neighbours = { prometheus: number | null; grafana: number | null }

/** How much time the page shows, and so do the pages that it leads to. */
const RANGE = '5m'

/** The panel of the dashboard "Truth" that has the page's p99 lines. */
const PANEL = { dashboard: 'truth', id: 11, title: 'p99 of the last minute' }

/** Where a part answers on the machine that this page came from. */
const at = (port: number) => `http://${location.hostname}:${port}`

const prometheusUrl = (port: number, query: string) =>
  `${at(port)}/graph?${new URLSearchParams({ 'g0.expr': query, 'g0.tab': '0', 'g0.range_input': RANGE })}`

const grafanaUrl = (port: number) =>
  `${at(port)}/d/${PANEL.dashboard}?${new URLSearchParams({ from: `now-${RANGE}`, to: 'now', refresh: '5s', viewPanel: `panel-${PANEL.id}` })}`

/** Lists the links that lead somewhere; a list that has not changed is left alone, with its focus. */
export function showLinks({ prometheus, grafana }: Neighbours, series: string): void {
  const link = (href: string, name: string, words: string) =>
    html('li', {}, html('a', { href, target: '_blank', rel: 'noreferrer' }, name), ` ${words}`)
  const all = [
    ...(prometheus === null
      ? []
      : [
          link(
            prometheusUrl(prometheus, queryOf(series)),
            'Prometheus',
            `has the p99 of these buckets, with the query that makes it.`,
          ),
        ]),
    ...(grafana === null
      ? []
      : [
          link(
            grafanaUrl(grafana),
            'Grafana',
            'draws the true p99 beside what three layouts make of it.',
          ),
        ]),
    link('/api/truth', 'The truth as JSON', 'has every delay that was injected.'),
    ...(prometheus === null && grafana === null
      ? [
          html(
            'li',
            { class: 'muted' },
            'Prometheus and Grafana do not answer: ',
            html('code', {}, 'make up'),
            ' starts them.',
          ),
        ]
      : []),
  ]
  const place = byId('links')
  const fresh = html('ul', {}, ...all)
  if (place.innerHTML !== fresh.innerHTML) place.replaceChildren(...all)
}
