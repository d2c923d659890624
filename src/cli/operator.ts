import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { addOperator, type Enrolment, renewEnrolment } from '#flow/operators/enrol.ts'
import { isRole } from '#flow/operators/roles.ts'
import { disableOperator, endSessionsOf, listOperators } from '#store/operators.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import type { Settings } from './settings.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const OPERATORS_MAX = 10_000

/** `hub operator add|renew|disable|sign-out|list`: the persons who run the hub, in the database of the settings. */
export async function operatorCommand(argv: readonly string[]): Promise<void> {
  const wish = parsed(argv)
  const settings = settingsOrExit(process.env)
  try {
    await withOwnDatabase(settings, { name: 'operator' }, (pool) => run(pool, wish, settings))
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

async function run(pool: Pool, { word, values }: Wish, settings: Settings): Promise<void> {
  const nowMs = Date.now()
  const { name, role } = values
  if (word === 'list') {
    console.log(JSON.stringify(await listOperators(pool, OPERATORS_MAX), null, 2))
    return
  }
  if (name === undefined) throw new WrongUsage()
  if (word === 'add') {
    if (!isRole(role)) throw new WrongUsage()
    show(await addOperator(pool, { name, role, nowMs }), settings)
    return
  }
  const operator = (await listOperators(pool, OPERATORS_MAX)).find((one) => one.name === name)
  if (!operator) throw new HubError('not_found', { detail: `there is no operator ${name}` })
  if (word === 'renew') show(await renewEnrolment(pool, operator.id, nowMs), settings)
  else if (word === 'disable') await disableOperator(pool, operator.id)
  else if (word === 'sign-out') await endSessionsOf(pool, operator.id)
  else throw new WrongUsage()
}

function show({ id, name, code, otpauth, endsAt }: Enrolment, { publicUrl }: Settings): void {
  const page = `${publicUrl ?? ''}/admin/enrol`
  console.log(JSON.stringify({ id, name, page, code, otpauth, endsAt }))
  console.error(
    cliLanguage() === 'zh'
      ? `请将登记码交给本人（仅此一次显示），在 ${endsAt} 之前于 ${page} 完成登记。`
      : `Give the code to the operator (it is shown only now), who enrols at ${page} before ${endsAt}.`,
  )
}

type Wish = ReturnType<typeof parsed>

function parsed(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { name: { type: 'string' }, role: { type: 'string' } },
    })
    const [word = '', ...more] = positionals
    if (more.length > 0) throw new WrongUsage()
    return { word, values }
  } catch (error) {
    throw wrongOptions(error)
  }
}
