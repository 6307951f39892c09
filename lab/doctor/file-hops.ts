import { judgeConfig } from './config-hop.ts'
import { judgeDashboards } from './dashboards-hop.ts'
import type { Hop } from './examine.ts'

type Files = {
  promtool: Parameters<typeof judgeConfig>[0]
  sources: Parameters<typeof judgeConfig>[1]
  provisioning: Parameters<typeof judgeDashboards>[0]
}

/** The hops about files of the project, which are the same however the lab runs and before it does. */
export const fileHops: Hop<Files>[] = [
  {
    name: 'config',
    title: 'configuration',
    // It is Compose that promtool is asked through; without Docker there is no such hop.
    needs: ['compose'],
    judge: ({ promtool, sources }) => judgeConfig(promtool, sources),
  },
  {
    name: 'dashboards',
    title: 'dashboards',
    needs: [],
    judge: ({ provisioning }) => judgeDashboards(provisioning),
  },
]
