import { BytesIEC, NoUnit, RequestsPerSecond, Seconds } from '@grafana/grafana-foundation-sdk/units'
import { etcd, list } from './discovery-queries.ts'
import {
  explanation,
  instantQuery,
  labDashboard,
  linesOverTime,
  mapping,
  oneNumber,
  query,
  statesOverTime,
  thresholds,
} from './house.ts'

/** Servers that register in etcd: who is there, how old the list is, and how etcd is. */
export function discoveryDashboard() {
  return labDashboard(
    'discovery',
    'Discovery',
    'Servers that have registered themselves in etcd, their leases, how old the list that Prometheus has of them is, and how etcd is.',
  )
    .withPanel(whatYouSee().height(4).span(24))

    .withPanel(targets().height(4).span(4))
    .withPanel(age().height(4).span(4))
    .withPanel(answers().height(4).span(4))
    .withPanel(kept().height(4).span(4))
    .withPanel(invalid().height(4).span(4))
    .withPanel(leader().height(4).span(4))

    .withPanel(servers().height(8).span(12))
    .withPanel(leases().height(8).span(12))

    .withPanel(ageOverTime().height(8).span(12))
    .withPanel(changes().height(8).span(12))

    .withPanel(calls().height(8).span(12))
    .withPanel(size().height(8).span(12))
}

const whatYouSee = () =>
  explanation(
    'Nobody told Prometheus of these servers: each has put an entry into etcd, under a **lease** that it keeps alive, and discovery writes the entries down as targets. Kill one, and its lease runs out; stop etcd, and the list stays and grows old. Nothing is here without the profile `discovery`: `docker compose --profile discovery up --detach`.',
  )

const targets = () =>
  oneNumber('Servers in the list', 'What discovery has written for Prometheus to scrape.')
    .unit(NoUnit)
    .decimals(0)
    .withTarget(instantQuery(list.targets(), 'servers'))

const age = () =>
  oneNumber(
    'Age of the list',
    'How long ago etcd last confirmed it. It is asked every 5 s and this is scraped every 5 s: up to 10 s is well.',
  )
    .unit(Seconds)
    .decimals(0)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 15, color: 'orange' },
        { value: 60, color: 'red' },
      ]),
    )
    .withTarget(instantQuery(list.age(), 'age'))

const answers = () =>
  oneNumber('etcd', 'Did etcd answer when discovery asked the last time?')
    .mappings(oneAndZero('answers', 'is silent'))
    .withTarget(instantQuery(etcd.answers(), 'etcd'))

const kept = () =>
  oneNumber(
    'Kept without etcd',
    'Servers that are in the list although etcd does not have them: it was out of reach or came back empty, and they have one lease’s time to register anew.',
  )
    .unit(NoUnit)
    .decimals(0)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 1, color: 'orange' },
      ]),
    )
    .withTarget(instantQuery(list.kept(), 'kept'))

const invalid = () =>
  oneNumber(
    'Values skipped',
    'Values in etcd that are no registration, since discovery started. Its log names each, and what is wrong with it.',
  )
    .unit(NoUnit)
    .decimals(0)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 1, color: 'orange' },
      ]),
    )
    .withTarget(instantQuery(list.invalid(), 'skipped'))

const leader = () =>
  oneNumber('etcd’s leader', 'An etcd without a leader takes no registration and keeps no lease.')
    .mappings(oneAndZero('there', 'none'))
    .withTarget(instantQuery(etcd.hasLeader(), 'leader'))

const servers = () =>
  statesOverTime(
    'Registered servers',
    'Each server that is in the list, and whether Prometheus gets through to it. A band ends where the server was taken out: it withdrew, or its lease ran out.',
  )
    .mappings(oneAndZero('up', 'down'))
    .withTarget(query(list.up(), '{{service}} {{service_id}}'))

const leases = () =>
  linesOverTime(
    'Time left of each lease',
    'How long each server’s lease would last if nobody kept it alive: it is renewed after a third, so a line stays above two thirds of the lease. One that falls to zero is a server that has died.',
  )
    .unit(Seconds)
    .withTarget(query(list.leaseLeft(), '{{service}} {{service_id}}'))

const ageOverTime = () =>
  linesOverTime(
    'Age of the list over time',
    'How long ago etcd had last confirmed it. It grows while etcd is out of reach; the list itself stays.',
  )
    .unit(Seconds)
    .withTarget(query(list.age(), 'age'))

const changes = () =>
  linesOverTime(
    'Changes of the list',
    'How often the list was written, and how often a watch was opened, in about the last 20 s or more: one for each change, and one more for each that was lost.',
  )
    .unit(NoUnit)
    .withTarget(query(list.changes(), 'written'))
    .withTarget(query(list.watches(), 'watches'))

const calls = () =>
  linesOverTime(
    'What etcd is asked',
    'Calls a second by method, as etcd counts them. LeaseKeepAlive is the servers; Range is both, discovery once in 5 s; Watch counts when a watch ends.',
  )
    .unit(RequestsPerSecond)
    .withTarget(query(etcd.calls(), '{{grpc_method}}'))

const size = () =>
  linesOverTime(
    'Size of etcd',
    'What etcd holds in memory, and its database on the disk. Leases are kept alive in memory alone, so neither grows with time.',
  )
    .unit(BytesIEC)
    .withTarget(query(etcd.resident(), 'memory'))
    .withTarget(query(etcd.databaseSize(), 'database'))

const oneAndZero = (one: string, zero: string) => [
  mapping({ 0: { text: zero, color: 'red' }, 1: { text: one, color: 'green' } }),
]
