/** What a lesson asks for; choices by their letter, with what each says. */
export type AnswerKind =
  | 'seconds'
  | 'milliseconds'
  | 'number'
  | 'count'
  | { choices: Record<string, string> }

/** An answer in the base unit (seconds; a ratio for a percentage), or the letter of a choice. */
export type Answer = number | string

/**
 * Reads an answer as people write it: `2.47`, `2.47s`, `2470ms`, `12%`, `b`. A bare number has the unit
 * that the question asks for. Answers with what is wrong, as the end of a sentence, where it can't be read.
 */
export function parseAnswer(
  text: string,
  kind: AnswerKind,
): { answer: Answer } | { mistake: string } {
  const trimmed = text.trim()
  if (typeof kind === 'object') {
    const letter = trimmed.toLowerCase()
    return Object.hasOwn(kind.choices, letter)
      ? { answer: letter }
      : { mistake: `must be one of ${Object.keys(kind.choices).join(', ')}` }
  }
  const { units, usual, example } = numbers[kind]
  const [, digits, unit = ''] = /^(-?(?:\d+\.?\d*|\.\d+))\s*([a-zµ%×]*)$/.exec(trimmed) ?? []
  const factor = units[unit === '' ? usual : unit]
  return digits === undefined || factor === undefined
    ? { mistake: `must be ${example}` }
    : { answer: Number(digits) * factor }
}

/** What an answer may look like, for people. */
export function describeKind(kind: AnswerKind): string {
  return typeof kind === 'object'
    ? `a letter: ${Object.keys(kind.choices).join(', ')}`
    : numbers[kind].example
}

const times: Record<string, number> = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6 }

const numbers: Record<
  Exclude<AnswerKind, object>,
  { units: Record<string, number>; usual: string; example: string }
> = {
  seconds: { units: times, usual: 's', example: 'a time such as 1.5, 1.5s or 1500ms' },
  milliseconds: { units: times, usual: 'ms', example: 'a time such as 150, 150ms or 0.15s' },
  number: { units: { '': 1, x: 1, '×': 1, '%': 0.01 }, usual: '', example: 'a number such as 1.5' },
  count: { units: { '': 1 }, usual: '', example: 'a number such as 12' },
}
