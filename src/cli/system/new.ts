import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { DecodeRefusal, issueOf } from '#adapters/push/refusal.ts'
import { issueLines } from '#cli/issue-lines.ts'
import { cliLanguage } from '#cli/language.ts'
import { plainSentence } from '#cli/plain-sentence.ts'
import { sentenceOf, settingsOrExit } from '#cli/process.ts'
import { missing, WrongUsage, wrongOptions } from '#cli/wrong-usage.ts'
import { counted } from '#core/in-number.ts'
import { OF_SYSTEMS } from '#core/mapping/compile/mistakes-of-systems.ts'
import { ADAPTERS } from '#core/mapping/system.ts'
import { CANONICAL } from '#core/model/identity.ts'
import { AlreadyThere, type NewSystemResult, newSystem } from '#flow/systems/new-system.ts'
import { mistakeLine } from './mistake-line.ts'

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

interface Answers {
  readonly system: string
  readonly sample: string
  readonly record: string
  readonly title: string
  readonly titleEn: string
  readonly region: string
  readonly adapter: string
}

/**
 * `hub system new <system> --sample FILE …`: makes the folder of a system from one sample. What no flag says is asked for where a person
 * sits at the terminal, and takes its default where none does.
 */
export async function systemNew(argv: readonly string[]): Promise<void> {
  const zh = cliLanguage() === 'zh'
  const { mappings } = settingsOrExit(process.env)
  const answers = await answersOf(argv)
  const { system, record, sample, region, adapter } = answers
  const wrong = [system, record].find((name) => !SLUG.test(name))
  if (wrong !== undefined) {
    fail(
      zh
        ? `“${wrong}”不能作名称。请使用小写字母、数字与连字符，如 my-county。`
        : `"${wrong}" is no name. Use lower-case letters, digits and hyphens, as in my-county.`,
    )
    return
  }
  if (record === CANONICAL) {
    const { message, advice } = OF_SYSTEMS.canonical_name({ found: record })
    fail(zh ? `${message.zh}。${advice.zh}` : `${message.en}. ${advice.en}`)
    return
  }
  try {
    const result = await newSystem({
      mappings,
      system,
      record,
      title: { zh: answers.title, en: answers.titleEn },
      ...(region === '' ? {} : { region }),
      adapter,
      samplePath: sample,
      receivedAtMs: Date.now(),
    })
    console.log(report(result, answers, zh).join('\n'))
    if (result.mistakes.length > 0) process.exitCode = 1
  } catch (error) {
    if (error instanceof DecodeRefusal) fail(issueLines([issueOf(error)], zh).join('\n'))
    else if (error instanceof AlreadyThere)
      fail(
        zh
          ? `${error.path} 已存在，未写入任何文件。请换一个 --record 或系统名；期望文件的草稿由 hub map draft ${system} 重写。`
          : `${error.path} is there already; nothing was written. Choose another --record or system; hub map draft ${system} writes the drafts of expected files anew.`,
      )
    else if (plainSentence(error)) fail(sentenceOf(error))
    else throw error
  }
}

function fail(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}

async function answersOf(argv: readonly string[]): Promise<Answers> {
  const { values, positionals } = parsed(argv)
  const asks = process.stdin.isTTY && process.stdout.isTTY
  const terminal = asks ? createInterface({ input: process.stdin, output: process.stdout }) : null
  const zh = cliLanguage() === 'zh'
  const ask = async (given: string | undefined, question: string, fallback: string): Promise<string> => {
    if (given !== undefined) return given
    if (terminal === null) return fallback
    const answer = await terminal.question(`${question}${fallback ? ` [${fallback}]` : ''}: `)
    return answer.trim() === '' ? fallback : answer.trim()
  }
  try {
    const system = await ask(positionals[0], zh ? '系统标识，如 my-county' : 'System, such as my-county', '')
    const sample = await ask(values.sample, zh ? '样例文件' : 'A sample file', '')
    if (system === '') throw missing('<system>')
    if (sample === '') throw missing('--sample')
    const record = await ask(values.record, zh ? '记录名，如 trade' : 'Record, such as trade', 'record')
    const title = await ask(values.title, zh ? '系统名称（中文）' : 'Title in Chinese', system)
    const titleEn = await ask(values['title-en'], zh ? '系统名称（英文）' : 'Title in English', system)
    const region = await ask(values.region, zh ? '行政区划代码' : 'Region, GB/T 2260', '')
    const adapter = await ask(values.adapter, `${zh ? '适配器' : 'Adapter'} (${ADAPTERS.join(', ')})`, 'push')
    if (!(ADAPTERS as readonly string[]).includes(adapter))
      throw new WrongUsage({
        en: `"${adapter}" is no adapter. Use one of ${ADAPTERS.join(', ')}.`,
        zh: `没有适配器“${adapter}”。可用：${ADAPTERS.join('、')}。`,
      })
    if (!/^(\d{6})?$/.test(region))
      throw new WrongUsage({
        en: `"${region}" is no region. Give the six digits of GB/T 2260, such as 330825, or none.`,
        zh: `“${region}”不是行政区划代码。请填写六位数字（GB/T 2260），如 330825，或留空。`,
      })
    return { system, sample, record, title, titleEn, region, adapter }
  } finally {
    terminal?.close()
  }
}

function parsed(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        sample: text,
        record: text,
        title: text,
        'title-en': text,
        region: text,
        adapter: text,
      },
    })
  } catch (error) {
    throw wrongOptions(error)
  }
}

function triedLine({ proposal, mistakes, received, mapped }: NewSystemResult, zh: boolean): string {
  if (mistakes.length > 0)
    return zh
      ? `样例中有 ${received} 条来源记录；上述映射尚不完整，未试运行`
      : `${counted(received, 'source record')} in the sample; not tried, as the mapping above is not whole yet`
  const rejected = mapped.filter((source) => source.rejected).length
  const made = mapped.flatMap(({ records }) => records.map(({ kind }) => kind))
  const kinds = [...new Set([proposal.kind, ...made])]
  return zh
    ? `${received} 条来源记录 → ${made.length} 条规范记录（${kinds.join('、')}），退回 ${rejected} 条`
    : `${counted(received, 'source record')} → ${counted(made.length, 'record')} (${kinds.join(', ')}), ${rejected} rejected`
}

/** What was made, what is doubtful, and what to do next. */
function report(result: NewSystemResult, { system, record }: Answers, zh: boolean): string[] {
  const { folder, written, proposal, mistakes, mapped, lineToAdd } = result
  const rejected = mapped.filter((source) => source.rejected)
  const checks = proposal.mapping.match(/^\s*# CHECK/gmu)?.length ?? 0
  const lines = [
    ...written.map((path) => `+ ${folder}/${path}`),
    '',
    ...mistakes.map(mistakeLine),
    triedLine(result, zh),
    ...issueLines(
      rejected.flatMap(({ issues }) => issues.slice(0, 1)),
      zh,
    ).map((line) => `  ${line}`),
  ]
  if (proposal.open.length > 0)
    lines.push(`${zh ? '未识别的字段' : 'Fields not recognised'}: ${proposal.open.join(', ')}`)
  if (lineToAdd !== null)
    lines.push(
      zh ? `请在 system.yaml 的 records 下加一行：` : 'Add this line under records in system.yaml:',
      `  ${lineToAdd}`,
    )
  lines.push('', zh ? '下一步' : 'Next', ...nextSteps(folder, system, record, written, checks, zh))
  return lines
}

function nextSteps(
  folder: string,
  system: string,
  record: string,
  written: readonly string[],
  checks: number,
  zh: boolean,
): string[] {
  const sample = written.find((path) => path.startsWith('samples/') && !path.endsWith('.expected.json'))
  const golden = written.find((path) => path.endsWith('.expected.json'))
  const steps = zh
    ? [
        `对照接口文档核对 ${folder}/${record}.yaml 中标有 CHECK 的 ${checks} 处，处理未识别的字段。`,
        `逐条查看结果：npm run hub -- map try ${folder}/${record}.yaml ${folder}/${sample}`,
        `按映射现状重写期望文件草稿：npm run hub -- map draft ${system}；逐行核对 ${folder}/${golden}，确认后删去 "draft": true。`,
        `npm run hub -- system check ${system}`,
        `npm run hub -- system test ${system}`,
        `启动平台后推送：POST /v1/systems/${system}/records/${record}`,
      ]
    : [
        `Compare ${folder}/${record}.yaml with the interface document where it says CHECK (${counted(checks, 'place')}); settle the fields not recognised.`,
        `See each record and where its fields came from: npm run hub -- map try ${folder}/${record}.yaml ${folder}/${sample}`,
        `Write the draft anew by the mapping as it is now: npm run hub -- map draft ${system}. Read ${folder}/${golden} line by line; take "draft": true away when it is right.`,
        `npm run hub -- system check ${system}`,
        `npm run hub -- system test ${system}`,
        `Start the hub and push: POST /v1/systems/${system}/records/${record}`,
      ]
  return steps.map((step, i) => `${i + 1}. ${step}`)
}
