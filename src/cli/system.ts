import { WrongUsage } from './wrong-usage.ts'

/** `hub system new|check|test`: the kit with which a system is added. */
export async function systemCommand([action, ...rest]: readonly string[]): Promise<void> {
  if (action === 'new') return (await import('./system/new.ts')).systemNew(rest)
  if (action === 'check') return (await import('./system/check.ts')).systemCheck(rest)
  if (action === 'test') return (await import('./system/test.ts')).systemTest(rest)
  throw new WrongUsage()
}
