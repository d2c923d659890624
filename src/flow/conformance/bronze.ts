import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText } from '#adapters/push/charset.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { UNANSWERED } from '#core/mapping/propose/system-texts.ts'
import { bodyIssues } from '#core/model/validate.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { mistakesOf } from '#flow/systems/mistakes.ts'
import { pushedNames } from '#flow/systems/registry.ts'
import { type Check, PASSED, skipped, verdictOf } from './check.ts'
import { decodedSamples, isText, read } from './decoded.ts'
import { inEncodings } from './encodings.ts'

const RECORDS_MIN = 20
const CUTS = 24
/** Shorter texts occur anywhere by chance. */
const SHORTEST_TELLING = 6

/** What a system needs to be connected. No database. */
export const BRONZE: readonly Check[] = [
  {
    id: 'compiles',
    level: 'bronze',
    title: {
      en: 'system.yaml, mappings and code tables have no mistake',
      zh: 'system.yaml、映射与代码表没有错误',
    },
    run: ({ system }) =>
      verdictOf(
        mistakesOf(system).map(
          ({ path, line, column, message, advice }) => `${path}:${line}:${column} ${message.en} ${advice.en}`,
        ),
      ),
  },
  {
    id: 'described',
    level: 'bronze',
    title: {
      en: 'A README says who sends, the key, and how it resends, corrects and makes void',
      zh: 'README 说明谁发送、主键，以及如何重发、更正与作废',
    },
    fix: {
      en: 'Answer the questions of README.md from the interface document, and delete the sentence that asks you to.',
      zh: '请按接口文档填写 README.md 中的问题，并删去提示语。',
    },
    run: async ({ system }) => {
      const path = join(system.folder, 'README.md')
      const text = await access(path)
        .then(() => readFile(path, 'utf8'))
        .catch(() => '')
      const asked: readonly (readonly [string, RegExp])[] = [
        ['the natural key', /\bkey\b|主键/iu],
        ['resends', /resen[dt]|again|重发|重复/iu],
        ['corrections', /correct|更正|修改/iu],
        ['voids', /void|作废/iu],
      ]
      if (text.includes(UNANSWERED)) return verdictOf(['README.md has not been filled in'])
      return verdictOf(
        asked.filter(([, word]) => !word.test(text)).map(([name]) => `README.md says nothing of ${name}`),
      )
    },
  },
  {
    id: 'samples',
    level: 'bronze',
    title: {
      en: `Each record has samples: one record alone, ${RECORDS_MIN} records and more in all, and broken ones`,
      zh: `每种记录都有样例：单条、合计至少 ${RECORDS_MIN} 条，以及错误样例`,
    },
    fix: {
      en: 'Put files as the system sends them under samples/valid and samples/invalid, each with an .expected.json beside it, and name them under tests: in the mapping.',
      zh: '请将系统真实发送的文件放入 samples/valid 与 samples/invalid，各配一份 .expected.json，并列入映射的 tests:。',
    },
    run: ({ system, samples }) => {
      const findings = pushedNames(system).flatMap((record) =>
        samples.some(({ expected, name }) => expected.record === record && name.startsWith('valid/'))
          ? []
          : [`${record}: no sample under samples/valid`],
      )
      const received = samples.reduce((sum, { expected }) => sum + expected.received, 0)
      if (received < RECORDS_MIN)
        findings.push(`${received} source records in all samples, ${RECORDS_MIN} are asked for`)
      if (!samples.some(({ expected }) => expected.received === 1))
        findings.push('no sample with one record alone')
      if (!samples.some(({ name }) => name.startsWith('invalid/')))
        findings.push('no sample under samples/invalid')
      return verdictOf(findings)
    },
  },
  {
    id: 'goldens',
    level: 'bronze',
    title: {
      en: 'Every sample becomes what its expected file says',
      zh: '每个样例的结果与期望文件一致',
    },
    run: async ({ system, receivedAtMs }) =>
      verdictOf(
        (await testSystem(system, receivedAtMs)).flatMap(({ name, failures }) =>
          failures.map((failure) => `${name}: ${failure}`),
        ),
      ),
  },
  {
    id: 'read-by-a-person',
    level: 'bronze',
    title: {
      en: 'Every expected file was read against the interface document',
      zh: '期望文件均已对照接口文档核对',
    },
    fix: {
      en: 'Read each expected file against its sample and the interface document, then take the line with draft away.',
      zh: '请对照样例与接口文档逐行核对期望文件，然后删去 draft 一行。',
    },
    run: ({ samples }) =>
      verdictOf(
        samples
          .filter(({ expected }) => expected.draft === true)
          .map(({ name }) => `${name}: its expected file is a draft`),
      ),
  },
  {
    id: 'schema',
    level: 'bronze',
    title: {
      en: 'Every record that comes out fits the schema of its kind',
      zh: '生成的记录均符合其类型的模式',
    },
    run: async (trial) => {
      const findings: string[] = []
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        for (const source of records) {
          for (const { kind, body } of mapping.map(source, trial).records) {
            const [issue] = body === null ? [] : bodyIssues(kind, body)
            if (issue) findings.push(`${sample.name} ${source.path}: ${kind} ${issue.path} ${issue.reason}`)
          }
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'nothing-unread',
    level: 'bronze',
    title: {
      en: 'Every field of the valid samples is mapped, or ignored on purpose',
      zh: '有效样例的每个字段均已映射或明确忽略',
    },
    fix: {
      en: 'Map each of these fields, or name it under ignore: in the mapping.',
      zh: '请在映射中映射这些字段，或写入 ignore:。',
    },
    run: async (trial) => {
      const unread = new Set<string>()
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        if (!sample.name.startsWith('valid/')) continue
        for (const source of records)
          for (const name of mapping.drift(source)) unread.add(`${mapping.record}: ${name}`)
      }
      return verdictOf([...unread])
    },
  },
  {
    id: 'encodings',
    level: 'bronze',
    title: {
      en: 'The same records come of the samples in UTF-8, with a byte order mark, in UTF-16 and in GBK',
      zh: '样例改用 UTF-8、带 BOM、UTF-16、GBK 编码时结果相同',
    },
    run: async (trial) => {
      const findings: string[] = []
      let tried = 0
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        if (!isText(sample) || mapping.read.format === 'form') continue
        const wanted = JSON.stringify(records.map(({ value }) => value))
        for (const [encoding, bytes] of inEncodings(decodeText(sample.bytes).text)) {
          if (bytes === null) continue
          tried++
          const found = await read(bytes, mapping)
          const same = Array.isArray(found) && JSON.stringify(found.map(({ value }) => value)) === wanted
          if (!same) findings.push(`${sample.name} in ${encoding}`)
        }
      }
      return tried === 0
        ? skipped('the format has an encoding of its own', '该格式自带编码')
        : verdictOf(findings)
    },
  },
  {
    id: 'cut',
    level: 'bronze',
    title: {
      en: 'A message that was cut anywhere is refused with a place, or gives whole records only',
      zh: '报文在任意处被截断时，给出位置并拒收，或只产生完整记录',
    },
    run: async (trial) => {
      const findings: string[] = []
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        const whole = new Set(records.map(({ value }) => JSON.stringify(value)))
        for (let i = 0; i < CUTS; i++) {
          const length = Math.floor((sample.bytes.length * i) / CUTS)
          const found = await read(sample.bytes.subarray(0, length), mapping)
          if (found instanceof DecodeRefusal) continue
          const torn = found.filter(
            ({ value, issues }) => issues.length === 0 && !whole.has(JSON.stringify(value)),
          )
          if (torn.length > 0 && !isLineFormat(mapping.read.format))
            findings.push(`${sample.name} cut at byte ${length}: ${torn[0]?.path} is no record of the sample`)
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'not-the-format',
    level: 'bronze',
    title: {
      en: 'An empty body, an error page of a proxy and random bytes are refused with a sentence',
      zh: '空报文、代理错误页与随机字节均以明确说明拒收',
    },
    run: async ({ system }) => {
      const findings: string[] = []
      const bodies: readonly (readonly [string, Uint8Array])[] = [
        ['an empty body', new Uint8Array(0)],
        ['blanks', Buffer.from(' \n\t ')],
        [
          'an error page',
          Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'),
        ],
        ['random bytes', Uint8Array.from({ length: 512 }, (_, i) => (i * 97 + 13) % 256)],
      ]
      for (const { name, mapping } of system.records.values()) {
        for (const [what, bytes] of mapping ? bodies : []) {
          const found = mapping && (await read(bytes, mapping))
          if (Array.isArray(found) && found.some(({ issues }) => issues.length === 0))
            findings.push(`${name}: ${what} is taken for ${found.length} records`)
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'ignored-stays-out',
    level: 'bronze',
    title: {
      en: 'What the mapping ignores, such as phones and names of persons, is in no record and no issue',
      zh: '被忽略的内容（如电话、人名）不出现在任何记录与问题中',
    },
    run: async (trial) => {
      const findings: string[] = []
      let ignored = 0
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        for (const source of records) {
          const mapped = mapping.map(source, trial)
          const { value } = source
          if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
          for (const name of mapping.ignored) {
            const text = value[name]
            if (typeof text !== 'string' || text.length < SHORTEST_TELLING) continue
            // A value that another field has as well says nothing.
            if (
              Object.entries(value).some(
                ([other, one]) => other !== name && JSON.stringify(one).includes(text),
              )
            )
              continue
            ignored++
            if (JSON.stringify([mapped.records, mapped.issues]).includes(text))
              findings.push(`${sample.name} ${source.path}: ${name}`)
          }
        }
      }
      return ignored === 0 ? PASSED : verdictOf(findings)
    },
  },
]

/** Where each line stands for itself a cut leaves a shorter line, which is told by what it lacks. */
const isLineFormat = (format: string): boolean => format === 'csv'
