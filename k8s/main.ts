// Writes the rules for the Prometheus operator from those that Prometheus itself reads.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prometheusRules } from './rules.ts'

const rules = join(import.meta.dirname, '../prometheus/rules')
const text = prometheusRules((name) => readFileSync(join(rules, `${name}.yaml`), 'utf8'))
writeFileSync(join(import.meta.dirname, 'components/podmonitor/rules.yaml'), text)
