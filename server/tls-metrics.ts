import { Gauge, type Registry } from 'prom-client'

/** What is told of the server's certificate. */
export type TlsGauges = {
  /** @param notAfterSeconds when the certificate that is in force ends, since the epoch */
  inForce: (notAfterSeconds: number) => void
  reloaded: (successful: boolean) => void
}

/** Registers the gauges of the certificate. A server without TLS has the names and no samples. */
export function registerTlsMetrics(registry: Registry): TlsGauges {
  const registers = [registry]
  const notAfter = new Gauge({
    name: 'tls_certificate_not_after_timestamp_seconds',
    help: 'When the certificate in force ends, since the epoch; absent without TLS.',
    registers,
  })
  const successful = new Gauge({
    name: 'tls_certificate_last_reload_successful',
    help: 'Whether the certificate was replaced when it was last asked for, 1 or 0; absent before.',
    registers,
  })
  // A gauge without labels begins at 0, which would be a certificate that ended in 1970.
  notAfter.remove()
  successful.remove()
  return {
    inForce: (notAfterSeconds) => notAfter.set(notAfterSeconds),
    reloaded: (wasSuccessful) => successful.set(wasSuccessful ? 1 : 0),
  }
}
