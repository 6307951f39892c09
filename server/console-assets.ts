import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'

/** A file as it is sent, plain or compressed; the tag is a weak one, because it is of both. */
export type Asset = { type: string; body: string; gzip: Uint8Array<ArrayBuffer>; etag: string }

/** The files of the page by their paths: `/` and what it loads. */
export type Assets = Map<string, Asset>

const PAGE = '/console/page/index.html'

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  ts: 'text/javascript; charset=utf-8',
}

/**
 * Reads the page and every file that it names, and every module that those import: nothing else in the
 * folder can be had. A path is the file's place below the server's folder, so that the modules which the
 * page shares with the server are imported by the same name.
 *
 * Rejects when a file is not there.
 *
 * @param folder the server's, as a URL
 */
export async function readAssets(folder = new URL('.', import.meta.url)): Promise<Assets> {
  const page = await sourceOf(PAGE, folder)
  const sources: Record<string, string> = {}
  let wanted = [...page.matchAll(/(?:href|src)="(\/console\/[^"]+)"/g)].map(([, path = '']) => path)
  while (wanted.length > 0) {
    const found = await Promise.all(
      wanted.map(async (path) => [path, await sourceOf(path, folder)] as const),
    )
    Object.assign(sources, Object.fromEntries(found))
    const imported = found.flatMap(([path, source]) => importsOf(path, source))
    wanted = [...new Set(imported)].filter((path) => !(path in sources))
  }
  const modules = Object.entries(sources).filter(([path]) => path.endsWith('.ts'))
  // All at once, and not each one when the one that imports it has come.
  const preloads = modules.map(([path]) => `<link rel="modulepreload" href="${path}" />`)
  const files = {
    ...sources,
    ...(await stripTypes(Object.fromEntries(modules))),
    '/': page.replace('<!-- modules -->', preloads.join('\n    ')),
  }
  return new Map(Object.entries(files).map(([path, body]) => [path, asset(path, body)]))
}

const sourceOf = (path: string, folder: URL) =>
  readFile(fileURLToPath(new URL(`.${path}`, folder)), 'utf8')

const asset = (path: string, body: string): Asset => ({
  type: path === '/' ? types.html : types[path.split('.').at(-1) as keyof typeof types],
  body,
  gzip: new Uint8Array(gzipSync(body)),
  etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
})

/** What a module imports by a relative name, but for imports of types, which are gone when it runs. */
const importsOf = (path: string, source: string) =>
  [...source.matchAll(/^import (?!type )[^']*?from '(\.[^']+)'/gm)].map(
    ([, name = '']) => new URL(name, `http://server${path}`).pathname,
  )

/**
 * Node.js' own stripping of types, in a thread: it takes the compiler with it when it ends, keeps the
 * requests that the server is timing from waiting for it, and can be told to say nothing of its being
 * experimental.
 */
async function stripTypes(sources: Record<string, string>): Promise<Record<string, string>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>()
  const worker = new Worker(new URL('console-strip.ts', import.meta.url), {
    workerData: sources,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  worker.once('message', resolve).once('error', reject)
  return promise
}
