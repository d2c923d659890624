const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** The steps of a dotted path, or null where the path reaches for a prototype or has an empty step. */
export function stepsOf(path: string): string[] | null {
  const steps = path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
  return steps.some((step) => step === '' || FORBIDDEN.has(step)) ? null : steps
}
