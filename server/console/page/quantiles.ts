import { formatError, formatSeconds, unbroken } from '../format.ts'
import { gradeOf, nameOf, type View, verdictOf } from '../view.ts'
import { byId, html, say } from './dom.ts'

/** What stands before an error, so that more than its colour tells how bad it is. */
const signs = { good: '✓', warn: '!', bad: '✗' }

/** Shows each quantile in a tile, true, estimated and how far off, and the picture in a sentence. */
export function showQuantiles(view: View): void {
  const place = byId('quantiles')
  if (place.childElementCount === 0) {
    place.append(
      ...view.compared.map(({ q }) =>
        html(
          'div',
          { class: 'tile', 'data-q': q },
          html('h3', {}, html('span', {}, nameOf(q)), html('span', { 'data-part': 'error' })),
          html(
            'dl',
            {},
            html('dt', {}, 'true'),
            html('dd', { class: 'truth-text', 'data-part': 'true' }),
            html('dt', {}, 'estimated'),
            html('dd', { class: 'seen-text', 'data-part': 'estimated' }),
          ),
        ),
      ),
    )
  }
  for (const [i, each] of view.compared.entries()) {
    const part = (name: string) =>
      place.children[i]?.querySelector<HTMLElement>(`[data-part=${name}]`)
    const [error, real, estimated] = [part('error'), part('true'), part('estimated')]
    if (!error || !real || !estimated) continue
    const grade = gradeOf(each.error)
    error.className = grade ?? ''
    say(error, grade ? `${signs[grade]} ${formatError(each.error)}` : formatError(each.error))
    say(real, formatSeconds(each.true))
    say(estimated, formatSeconds(each.estimated))
    // As they are, for who wants to check them.
    place.children[i]?.setAttribute('data-estimated', `${each.estimated ?? ''}`)
    place.children[i]?.setAttribute('data-true', `${each.true ?? ''}`)
  }
  const sentence = verdictOf(view).map((part) => ({ ...part, text: unbroken(part.text) }))
  const verdict = byId('verdict')
  if (verdict.textContent === sentence.map(({ text }) => text).join('')) return
  verdict.replaceChildren(
    ...sentence.map(({ text, kind }) =>
      kind ? html('span', { class: `${kind}-text` }, text) : text,
    ),
  )
}
