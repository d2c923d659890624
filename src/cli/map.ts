import { WrongUsage } from './wrong-usage.ts'

/** `hub map try|test|draft`: mappings without a database, by the same compiled code as in production. */
export async function mapCommand([action, ...rest]: readonly string[]): Promise<void> {
  if (action === 'try') return (await import('./map/try.ts')).mapTry(rest)
  if (action === 'test') return (await import('./map/test.ts')).mapTest(rest)
  if (action === 'draft') return (await import('./map/draft.ts')).mapDraft(rest)
  throw new WrongUsage()
}
