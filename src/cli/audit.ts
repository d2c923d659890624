import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import { readAnchorLines } from '#flow/evidence/anchor-file.ts'
import type { Finding } from '#flow/evidence/finding.ts'
import { FINDING_WORDS } from '#flow/evidence/finding-words.ts'
import { rotateHeadKey } from '#flow/evidence/head-keys.ts'
import { type Verified, verifyLog } from '#flow/evidence/verify.ts'
import { createPool } from '#store/database.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'
import { cliLanguage } from './language.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** A check that reads whole tables may take longer than any statement of the hub. */
const NO_LIMIT = 0

/** `hub audit verify` and `hub audit rotate-key`, over the database of DATABASE_URL. */
export async function auditCommand(argv: readonly string[]): Promise<void> {
  const { word, wish } = parsed(argv)
  const settings = settingsOrExit(process.env)
  const zh = cliLanguage() === 'zh'
  if (!settings.databaseUrl) {
    console.error(
      zh
        ? '此命令用于 DATABASE_URL 指定的数据库；内嵌数据库请在平台运行时将其地址写入 DATABASE_URL。'
        : 'This command is for the database of DATABASE_URL; for the embedded one set it to its address while the hub runs.',
    )
    process.exitCode = 1
    return
  }
  const pool = createPool({
    url: settings.databaseUrl,
    max: 2,
    applicationName: 'trace-hub audit',
    statementTimeoutMs: NO_LIMIT,
  })
  try {
    await holdDataKeys(pool, dataKeysOf(settings))
    if (word === 'verify') await verify(pool, wish, settings.anchorFile)
    else {
      const { id, publicKey } = await rotateHeadKey(pool, 'hub audit')
      console.log(JSON.stringify({ id, publicKey }))
    }
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  } finally {
    await pool.end()
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
      : `${heads} batches with ${leaves} leaves verified, ${findings.length} findings.`,
  )
  if (anchor === undefined)
    lines.push(
      zh
        ? '未与锚定文件比对：末尾被截断或整体重写无法发现（--anchor）。'
        : 'Not compared with a file of anchors: a tail that was cut off, or a log written anew as a whole, is not seen (--anchor).',
    )
  else
    lines.push(
      zh ? `锚定文件中 ${anchored} 个日志头一致。` : `${anchored} heads of the file of anchors agree.`,
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
    return { word, wish: values }
  } catch (error) {
    throw wrongOptions(error)
  }
}
