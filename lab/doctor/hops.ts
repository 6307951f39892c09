import { judgeEngine } from './engine-hop.ts'
import type { Hop } from './examine.ts'
import type { Facts } from './facts.ts'
import { judgePrometheus } from './prometheus-hop.ts'
import { judgeScrape } from './scrape-hop.ts'
import { judgeServer } from './server-hop.ts'

/** The way from the machine to the panel, in the order in which the data flow. */
export const hops: Hop<Facts>[] = [
  {
    name: 'engine',
    title: 'Docker',
    needs: [],
    before: true,
    judge: ({ engine, mode }) => judgeEngine(engine, mode),
  },
  {
    name: 'server',
    title: 'server',
    needs: [],
    before: false,
    judge: ({ server }) => judgeServer(server.metrics),
  },
  {
    name: 'prometheus',
    title: 'Prometheus',
    needs: [],
    before: false,
    judge: ({ prometheus }) => judgePrometheus(prometheus.ready),
  },
  {
    name: 'scrape',
    title: 'scrape',
    needs: ['prometheus'],
    before: false,
    judge: ({ prometheus, mode }) => judgeScrape(prometheus.targets, mode),
  },
]
