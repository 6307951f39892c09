/** Text that may have come from outside, as text between tags or within quotes of HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * Plain data as JSON for within a `<script>`: a `<` could end the script, or begin a comment in it, and in
 * JSON it only ever stands in a string, where an escape means the same.
 * https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
export function escapeJson(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}
