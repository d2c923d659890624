import type { FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'
import type { Mistake } from '#core/mapping/mapping.ts'
import { MappingRefused } from '#flow/systems/versions.ts'
import type { Language } from './language.ts'
import { mistakeView } from './mistake-view.ts'
import { spokenIn } from './spoken.ts'

/** A mapping that has mistakes, as a problem that names them all in the language of the caller. */
export function invalidMapping(mistakes: readonly Mistake[], language: Language): HubError {
  const views = mistakes.map((mistake) => mistakeView(mistake, language))
  return new HubError('mapping_invalid', {
    issues: views.map(({ line, column, target, message, advice }) => ({
      path: `line ${line}, column ${column}`,
      code: 'E_SCHEMA',
      ...(target ? { target } : {}),
      reason: message,
      fix: advice,
    })),
    members: { mistakes: views },
  })
}

/** Does the work of a route; a mapping that is refused in it becomes the problem that says so. */
export async function tellingMistakes<T>(
  request: FastifyRequest,
  language: Language,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof MappingRefused
      ? invalidMapping(error.mistakes, spokenIn(request, language))
      : error
  }
}
