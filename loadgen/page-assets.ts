import { readFileSync } from 'node:fs'

export type PageAssets = { styles: string; script: string; licence: string }

/**
 * Reads what a page is made of: the lab's own style and script, and uPlot's from its package. Throws when
 * one is not there.
 */
export function readPageAssets(): PageAssets {
  const own = (name: string) => readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8')
  const uplot = (name: string) =>
    readFileSync(new URL(import.meta.resolve(`uplot/${name}`)), 'utf8')
  return {
    styles: uplot('dist/uPlot.min.css') + own('page.css'),
    script: uplot('dist/uPlot.iife.min.js') + own('charts.js'),
    licence: uplot('LICENSE').trim(),
  }
}
