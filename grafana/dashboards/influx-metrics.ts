/** The datasource of what the server pushes; its uid is that of provisioning/datasources/influxdb.yaml. */
export const influxDatasource = { type: 'influxdb', uid: 'influxdb' }

/** What the server pushes, by measurement, with its fields; that it does is tested against the server. */
export const measurements: Record<string, readonly string[]> = {
  count_request: ['value'],
  response_time: ['count', 'min', 'mean', 'max', 'p50', 'p95', 'p99'],
}

/** The tags of each of them. */
export const tags = ['instance', 'method', 'route', 'status']
