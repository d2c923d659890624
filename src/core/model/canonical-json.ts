/**
 * JSON text with the names of every object in code-point order and without `undefined`: equal content gives equal text, so its
 * digest tells versions apart (RFC 8785 for the values that occur here: text, booleans, integers, null).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) {
    let text = '['
    for (let i = 0; i < value.length; i++) text += (i ? ',' : '') + canonicalJson(value[i])
    return `${text}]`
  }
  const names = Object.keys(value).sort()
  let text = '{'
  for (const name of names) {
    const part = (value as Record<string, unknown>)[name]
    if (part === undefined) continue
    text += `${text.length > 1 ? ',' : ''}${JSON.stringify(name)}:${canonicalJson(part)}`
  }
  return `${text}}`
}
