import { join } from 'node:path'

/** Where the lab keeps what it needs to run as plain processes: all of it is in one folder. */
export type Folder = ReturnType<typeof folderOf>

/** @param root the folder, whole: `make clean` removes it */
export function folderOf(root: string) {
  return {
    root,
    /** Who runs: written by the supervisor. */
    state: join(root, 'state.json'),
    /** What is to run: written by `up`. */
    table: join(root, 'table.json'),
    /** Who is changing what runs. */
    lock: join(root, 'lock.json'),
    logs: join(root, 'logs'),
    log: (name: string) => join(root, 'logs', `${name}.log`),
    prometheusConfig: join(root, 'prometheus'),
    prometheusData: join(root, 'data', 'prometheus'),
    grafanaData: join(root, 'data', 'grafana'),
  }
}
