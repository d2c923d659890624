/**
 * JSON text with the names of every object in the order of their UTF-16 code units and without `undefined`: equal content gives
 * equal text, so its digest tells versions apart (RFC 8785 for the values that occur here: text, booleans, integers, null).
 * Mappings build their bodies in that order, so the common case is one walk and one native JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  return isOrdered(value) ? JSON.stringify(value) : orderedJson(value)
}

function isOrdered(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isOrdered(value[i])) return false
    return true
  }
  let last = ''
  for (const name in value) {
    if (name < last) return false
    last = name
    if (!isOrdered((value as Record<string, unknown>)[name])) return false
  }
  return true
}

function orderedJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(orderedJson).join(',')}]`
  let text = ''
  for (const name of Object.keys(value).sort()) {
    const part = (value as Record<string, unknown>)[name]
    if (part !== undefined) text += `${text ? ',' : ''}${JSON.stringify(name)}:${orderedJson(part)}`
  }
  return `{${text}}`
}
