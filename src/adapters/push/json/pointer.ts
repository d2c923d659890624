/** JSON pointer of a path (RFC 6901). */
export function pointer(path: readonly (string | number)[]): string {
  let text = ''
  for (const step of path) text += `/${escapeStep(step)}`
  return text
}

function escapeStep(step: string | number): string {
  if (typeof step === 'number') return String(step)
  return /[~/]/.test(step) ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step
}

/** JSON pointer of a field named with dots (`head.sign`), below a pointer. */
export function fieldPointer(base: string, field: string): string {
  return field === '' ? base : base + pointer(field.split('.'))
}
