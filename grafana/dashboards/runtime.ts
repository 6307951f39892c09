import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import {
  BytesIEC,
  NoUnit,
  PercentUnit,
  Seconds,
  Short,
} from '@grafana/grafana-foundation-sdk/units'
import {
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  oneNumber,
  query,
  thresholds,
} from './house.ts'
import { requests, scrapes } from './queries.ts'
import { host, runtime, storage } from './runtime-queries.ts'

/** The programs behind the numbers: is it the server that is slow, or what it runs on? */
export function runtimeDashboard() {
  return labDashboard(
    'runtime',
    'Runtime',
    'The server’s process, the machine under it, and Prometheus itself: what to look at when latencies are not what was injected.',
  )
    .withPanel(loopNow().height(4).span(4))
    .withPanel(cpuNow().height(4).span(4))
    .withPanel(heapNow().height(4).span(4))
    .withPanel(hostCpuNow().height(4).span(4))
    .withPanel(hostMemoryNow().height(4).span(4))
    .withPanel(processes().height(4).span(4))

    .withRow(new dashboard.RowBuilder('The server’s event loop'))
    .withPanel(loopDelay().height(8).span(8))
    .withPanel(cpu().height(8).span(8))
    .withPanel(inFlight().height(8).span(8))

    .withRow(new dashboard.RowBuilder('The server’s memory'))
    .withPanel(memory().height(8).span(6))
    .withPanel(gcShare().height(8).span(6))
    .withPanel(gcPause().height(8).span(6))
    .withPanel(gcRate().height(8).span(6))

    .withRow(new dashboard.RowBuilder('What the server holds open, and its host'))
    .withPanel(resources().height(8).span(8))
    .withPanel(openFiles().height(8).span(8))
    .withPanel(hostOverTime().height(8).span(8))

    .withRow(new dashboard.RowBuilder('Prometheus'))
    .withPanel(scrapeSeconds().height(8).span(8))
    .withPanel(samples().height(8).span(8))
    .withPanel(ingested().height(8).span(8))
    .withPanel(head().height(8).span(8))
    .withPanel(prometheusMemory().height(8).span(8))
    .withPanel(rules().height(8).span(8))
}

const busyColors = thresholds([
  { value: null, color: 'green' },
  { value: 0.7, color: 'orange' },
  { value: 0.9, color: 'red' },
])

const share = (title: string, description: string) =>
  oneNumber(title, description)
    .unit(PercentUnit)
    .decimals(0)
    .min(0)
    .max(1)
    .graphMode(common.BigValueGraphMode.Area)
    .thresholds(busyColors)

const loopNow = () =>
  share(
    'Event loop busy',
    'The share of time in which the server’s one thread had something to do. Near 100 % requests wait for it, and every latency grows.',
  ).withTarget(query(runtime.loopUtilization(), 'busy'))

const cpuNow = () =>
  oneNumber(
    'Processor time',
    'Processors that the server keeps busy: 1 is one whole processor. It has one thread for requests, and a few helpers, so it can’t take much more than 1.',
  )
    .unit(NoUnit)
    .decimals(2)
    .min(0)
    .graphMode(common.BigValueGraphMode.Area)
    .withTarget(query(runtime.cpuAll(), 'processors'))

const heapNow = () =>
  share(
    'Heap of its limit',
    'The share of the memory that JavaScript may have. Near 100 % the server spends its time collecting garbage, and then ends.',
  ).withTarget(query(runtime.heapShare(), 'used'))

const hostCpuNow = () =>
  share(
    'Host processors busy',
    'The share of the host’s processor time that was busy, by anybody: the server, the load generator, Prometheus. When it is near 100 %, latencies are about the host and not about the server.',
  ).withTarget(query(host.cpu(), 'busy'))

const hostMemoryNow = () =>
  share(
    'Host memory taken',
    'The share of the host’s memory that no program can have any more.',
  ).withTarget(query(host.memory(), 'taken'))

const processes = () =>
  oneNumber(
    'Processes',
    'Processes that the server can see: the host’s, or in a container the container’s own.',
  )
    .unit(NoUnit)
    .decimals(0)
    .withTarget(instantQuery(host.processes(), 'processes'))

const loopDelay = () => {
  const panel = linesOverTime(
    'Event loop delay',
    'How long a timer that asks for 10 ms really took, since the scrape before: 10 ms is rest, and what is above it is how long something else kept the thread. The longest (max) delays every request that was there at the time, and shows in the p99 of the latencies.',
  ).unit(Seconds)
  for (const [which, color] of [
    ['max', 'red'],
    ['p99', 'orange'],
    ['p50', 'green'],
  ] as const) {
    panel
      .withTarget(query(runtime.loopDelay(which), which))
      .overrideByName(which, [fixedColor(color)])
  }
  return panel
}

const cpu = () =>
  stacked(
    'Processor time by kind',
    'Processors that the server keeps busy with its own code (user) and in the kernel on its behalf (system), on top of one another.',
  )
    .unit(NoUnit)
    .withTarget(query(runtime.cpu('user'), 'user'))
    .withTarget(query(runtime.cpu('system'), 'system'))

const inFlight = () =>
  linesOverTime(
    'Requests in flight',
    'Requests that the server is busy with at each scrape, the scrape included. Delayed requests cost nothing while they wait: many in flight and an idle event loop is how this server looks at its best.',
  )
    .unit(NoUnit)
    .withTarget(query(requests.inFlightOfAll(), 'in flight'))

const memory = () =>
  linesOverTime(
    'Memory',
    'What the kernel gives the process (resident), what the heap has taken (heap), what is in use of it (used), and what is outside of the heap, such as buffers (external). A saw in “used” is garbage that is made and collected; a rise that no collection undoes is a leak.',
  )
    .unit(BytesIEC)
    .withTarget(query(runtime.resident(), 'resident'))
    .withTarget(query(runtime.heap('total'), 'heap'))
    .withTarget(query(runtime.heap('used'), 'used'))
    .withTarget(query(runtime.external(), 'external'))

const gcShare = () =>
  stacked(
    'Time for garbage collection',
    'The share of time that collections of each kind took. A minor one looks at young objects only; a major one at all. No line: none has been yet, or just the first.',
  )
    .unit(PercentUnit)
    .withTarget(query(runtime.gcShare(), '{{kind}}'))

const gcPause = () =>
  linesOverTime(
    'Mean pause',
    'How long one collection took, on average, by kind. While it lasts, nothing is answered.',
  )
    .unit(Seconds)
    .withTarget(query(runtime.gcPause(), '{{kind}}'))

const gcRate = () =>
  linesOverTime('Collections', 'Garbage collections a second, by kind.')
    .unit(NoUnit)
    .withTarget(query(runtime.gcRate(), '{{kind}}'))

const resources = () =>
  linesOverTime(
    'Active resources',
    'What keeps the server’s event loop alive, by type, at each scrape: timers are mostly delays that are being waited for, TCPSocketWrap are connections.',
  )
    .unit(NoUnit)
    .withTarget(query(runtime.resources(), '{{type}}'))

const openFiles = () =>
  linesOverTime(
    'Open files',
    'File descriptors that the server has open: its connections, and some twenty of its own.',
  )
    .unit(NoUnit)
    .withTarget(query(runtime.openFiles(), 'open'))

const hostOverTime = () =>
  linesOverTime(
    'Host',
    'The share of the host’s processor time that is busy, and of its memory that is taken. The lab itself is on this host.',
  )
    .unit(PercentUnit)
    .max(1)
    .withTarget(query(host.cpu(), 'processors'))
    .withTarget(query(host.memory(), 'memory'))

const scrapeSeconds = () =>
  linesOverTime(
    'Time of a scrape',
    'How long each scrape took. Past 4 s it is given up. A server that is busy answers its scrape late, too.',
  )
    .unit(Seconds)
    .withTarget(query(scrapes.seconds(), '{{job}} {{instance}}'))

const samples = () =>
  linesOverTime(
    'Samples of a scrape',
    'How many values each scrape brought. Every label value makes more of them: a target whose line climbs has a label that it should not have.',
  )
    .unit(Short)
    .withTarget(query(storage.samplesByTarget(), '{{job}} {{instance}}'))

const ingested = () =>
  linesOverTime(
    'Samples ingested',
    'Values that Prometheus stores each second: those of the scrapes, five of its own about each scrape, and what the rules record.',
  )
    .unit(Short)
    .withTarget(query(storage.ingested(), 'a second'))

const head = () =>
  linesOverTime(
    'Series and chunks in memory',
    'Series that Prometheus holds in memory, and the chunks of up to 120 values that they are kept in. Memory goes with the series.',
  )
    .unit(Short)
    .withTarget(query(storage.series(), 'series'))
    .withTarget(query(storage.chunks(), 'chunks'))

const prometheusMemory = () =>
  linesOverTime('Memory of Prometheus', 'What the kernel gives the Prometheus process.')
    .unit(BytesIEC)
    .withTarget(query(storage.resident(), 'resident'))

const rules = () =>
  linesOverTime(
    'Rules: time taken and time there is',
    'How long each group of rules took, and the interval in which it has to be done. A group that takes longer than that misses its turn, and what it records has gaps.',
  )
    .unit(Seconds)
    .withTarget(query(storage.ruleSeconds(), '{{rule_group}}'))
    .withTarget(query(storage.ruleInterval(), 'interval'))
    // A group is named by its file's whole path, a semicolon, and its name.
    .withTransformation({
      id: 'renameByRegex',
      options: { regex: '.*;(.*)', renamePattern: '$1' },
    })
    .overrideByName('interval', [
      fixedColor('#808080'),
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 8] } },
    ])

const stacked = (title: string, description: string) =>
  linesOverTime(title, description)
    .fillOpacity(30)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
