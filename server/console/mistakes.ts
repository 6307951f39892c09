/**
 * The control listener's mistakes in the words of a form: `parameters.rate=null: must be …` is about what the form calls
 * "the rate", and `parameters={…}: …` about several. A value that JSON has as null is none: the field is empty.
 *
 * @param fields the words for each parameter, by its name
 */
export function inWords(
  mistakes: readonly string[],
  fields: Record<string, { description: string }>,
): string[] {
  return mistakes.map((mistake) => {
    if (mistake.startsWith('parameters={')) {
      const names = new RegExp(`\\b(${Object.keys(fields).join('|')})\\b`, 'g')
      const about = mistake.replace(/^parameters=\{.*?\}: /, '')
      return about.replace(names, (name) => fields[name]?.description ?? name)
    }
    const [whole, name = '', value] = /^(?:parameters\.)?(\w+)=(\S*): /.exec(mistake) ?? []
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!whole || !field) return mistake
    const given = value === 'null' ? '' : `, ${value}`
    return `${field.description}${given}: ${mistake.slice(whole.length)}`
  })
}
