import { stripTypeScriptTypes } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

// A thread's main file: takes the types out of TypeScript, by path, and is done.
const sources = workerData as Record<string, string>
parentPort?.postMessage(
  Object.fromEntries(
    Object.entries(sources).map(([path, source]) => [path, stripTypeScriptTypes(source)]),
  ),
)
