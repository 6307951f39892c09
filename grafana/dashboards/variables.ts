import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'

/** Which services a dashboard is about: those that have this histogram. */
export function jobs(histogram: string) {
  return all(
    labelValues('job', `label_values(${histogram}_count, job)`)
      .label('Job')
      .description('The services that the panels about requests are about.'),
  )
}

/** Which of their routes. */
export function routes(histogram: string, description: string) {
  return all(
    labelValues('route', `label_values(${histogram}_count{job=~"$job"}, http_route)`)
      .label('Route')
      .description(description),
  )
}

/**
 * A variable whose values Prometheus knows. Where the one that was chosen is none of them, Grafana takes the
 * first.
 *
 * @param query in Grafana's words: https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 */
export function labelValues(name: string, query: string) {
  return new dashboard.QueryVariableBuilder(name)
    .query(query)
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
}

/** Lets several values be chosen, and by default all, also those that come later. */
export function all(variable: dashboard.QueryVariableBuilder) {
  return variable
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}
