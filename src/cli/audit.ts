import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import { counted, inNumber } from '#core/in-number.ts'
import { readAnchorLines } from '#flow/evidence/anchor-file.ts'
import type { Finding } from '#flow/evidence/finding.ts'
import { FINDING_WORDS } from '#flow/evidence/finding-words.ts'
import { rotateHeadKey } from '#flow/evidence/head-keys.ts'
import { type Verified, verifyLog } from '#flow/evidence/verify.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** A check that reads whole tables may take longer than any statement of the hub. */
const NO_LIMIT = 0

/** `hub audit verify` and `hub audit rotate-key`, over the database of the settings. */
export async function auditCommand(argv: readonly string[]): Promise<void> {
  const { word, wish } = parsed(argv)
  const settings = settingsOrExit(process.env)
  try {
    await withOwnDatabase(
      settings,
      { name: 'audit', statementTimeoutMs: NO_LIMIT, mustExist: true },
      async (pool) => {
        await holdDataKeys(pool, dataKeysOf(settings))
        if (word === 'verify') await verify(pool, wish, settings.anchorFile)
        else {
          const { id, publicKey } = await rotateHeadKey(pool, 'hub audit')
          console.log(JSON.stringify({ id, publicKey }))
        }
      },
    )
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

interface VerifyArguments {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly anchor?: string | undefined
  readonly key?: string | undefined
  readonly json?: boolean | undefined
}

async function verify(pool: Pool, wish: VerifyArguments, anchorFile: string | undefined): Promise<void> {
  const anchor = wish.anchor ?? (wish.from || wish.to ? undefined : anchorFile)
  const verified = await verifyLog(pool, {
    from: wish.from === undefined ? undefined : Number(wish.from),
    to: wish.to === undefined ? undefined : Number(wish.to),
    key: wish.key,
    anchor: anchor === undefined ? undefined : readAnchorLines(anchor),
  })
  if (wish.json) console.log(JSON.stringify(verified, null, 2))
  else for (const line of told(verified, anchor)) console.log(line)
  if (verified.findings.length > 0) process.exitCode = 1
}

function told(
  { heads, leaves, anchored, dropped, findings }: Verified,
  anchor: string | undefined,
): string[] {
  const zh = cliLanguage() === 'zh'
  const lines = findings.map((finding) => findingLine(finding))
  for (const { table, before } of dropped)
    lines.push(
      zh ? `${table}：${before} 之前已按日志记载清除` : `${table}: dropped before ${before}, as the log says`,
    )
  lines.push(
    zh
      ? `已核验 ${heads} 个批次、${leaves} 条日志叶，异常 ${findings.length} 处。`
      : `${counted(heads, 'batch', 'batches')} with ${counted(leaves, 'leaf', 'leaves')} verified, ${counted(findings.length, 'finding')}.`,
  )
  if (anchor === undefined)
    lines.push(
      zh
        ? '未与锚定文件比对：末尾被截断或整体重写无法发现（--anchor）。'
        : 'Not compared with a file of anchors: a tail that was cut off, or a log written anew as a whole, is not seen (--anchor).',
    )
  else
    lines.push(
      zh
        ? `锚定文件中 ${anchored} 个日志头一致。`
        : `${counted(anchored, 'head')} of the file of anchors ${inNumber(anchored, 'agrees', 'agree')}.`,
    )
  return lines
}

function findingLine({ code, batch, place }: Finding): string {
  const language = cliLanguage()
  const where = batch === null ? '' : language === 'zh' ? `批次 ${batch} ` : `batch ${batch} `
  return `${code} ${where}${place}: ${FINDING_WORDS[code][language]}`
}

function parsed(argv: readonly string[]): { readonly word: string; readonly wish: VerifyArguments } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        anchor: { type: 'string' },
        key: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const [word, ...more] = positionals
    const isNumber = (text: string | undefined): boolean => text === undefined || /^[1-9]\d{0,8}$/.test(text)
    const isRight = (word === 'verify' || word === 'rotate-key') && more.length === 0
    if (!isRight || !isNumber(values.from) || !isNumber(values.to)) throw new WrongUsage()
    if (Number(values.from ?? 1) > Number(values.to ?? Number.POSITIVE_INFINITY))
      throw new WrongUsage({ en: '--from is behind --to.', zh: '--from 大于 --to。' })
    if (word === 'rotate-key' && Object.keys(values).length > 0) throw new WrongUsage()
    return { word, wish: values }
  } catch (error) {
    throw wrongOptions(error)
  }
}
