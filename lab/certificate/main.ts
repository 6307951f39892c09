// Writes prometheus/prometheus.tls.yml: make generate.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTls } from './prometheus-config.ts'

const folder = join(import.meta.dirname, '../../prometheus')
const config = readFileSync(join(folder, 'prometheus.yml'), 'utf8')
writeFileSync(join(folder, 'prometheus.tls.yml'), withTls(config))
