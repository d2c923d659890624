import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { counted } from '#core/in-number.ts'
import { UNANSWERED } from '#core/mapping/propose/system-texts.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { stopped, type Words, words, wordsOf } from '#core/mapping/words.ts'
import { bodyIssues } from '#core/model/validate.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { doubtsOf, mistakesOf } from '#flow/systems/mistakes.ts'
import { pushedNames } from '#flow/systems/registry.ts'
import { READING } from './bronze-reading.ts'
import { type Check, verdictOf } from './check.ts'
import { decodedSamples } from './decoded.ts'

const RECORDS_MIN = 20

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
        [...mistakesOf(system), ...doubtsOf(system)].map(({ path, line, column, message, advice }) => {
          const at = `${path}:${line}:${column}`
          return words(
            `${at} ${stopped(message.en, '.')} ${advice.en}`,
            `${at} ${stopped(message.zh, '。')}${advice.zh}`,
          )
        }),
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
      const asked: readonly (readonly [Words, RegExp])[] = [
        [words('the natural key', '主键'), /\bkey\b|主键/iu],
        [words('resends', '重发'), /resen[dt]|again|重发|重复/iu],
        [words('corrections', '更正'), /correct|更正|修改/iu],
        [words('voids', '作废'), /void|作废/iu],
      ]
      if (text.includes(UNANSWERED))
        return verdictOf([words('README.md has not been filled in', 'README.md 尚未填写')])
      return verdictOf(
        asked
          .filter(([, word]) => !word.test(text))
          .map(([{ en, zh }]) => words(`README.md says nothing of ${en}`, `README.md 未说明${zh}`)),
      )
    },
  },
  {
    id: 'samples',
    level: 'bronze',
    title: {
      en: `Each record has a sample; among those of the system are one of a record alone, ${RECORDS_MIN} records and more in all, and broken ones`,
      zh: `每种记录都有样例；全系统的样例中有单条的、合计至少 ${RECORDS_MIN} 条，并有错误样例`,
    },
    fix: {
      en: 'Put files as the system sends them under samples/valid and samples/invalid, each with an .expected.json beside it, and name them under tests: in the mapping.',
      zh: '请将系统真实发送的文件放入 samples/valid 与 samples/invalid，各配一份 .expected.json，并列入映射的 tests:。',
    },
    run: ({ system, samples }) => {
      const findings = pushedNames(system).flatMap((record) =>
        samples.some(({ expected, name }) => expected.record === record && name.startsWith('valid/'))
          ? []
          : [words(`${record}: no sample under samples/valid`, `${record}：samples/valid 下没有样例`)],
      )
      const received = samples.reduce((sum, { expected }) => sum + expected.received, 0)
      if (received < RECORDS_MIN)
        findings.push(
          words(
            `${counted(received, 'source record')} in all samples, ${RECORDS_MIN} are asked for`,
            `全部样例共 ${received} 条记录，应至少 ${RECORDS_MIN} 条`,
          ),
        )
      if (!samples.some(({ expected }) => expected.received === 1))
        findings.push(words('no sample with one record alone', '没有单条记录的样例'))
      if (!samples.some(({ name }) => name.startsWith('invalid/')))
        findings.push(words('no sample under samples/invalid', 'samples/invalid 下没有样例'))
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
          failures.map((failure) => wordsOf(name, failure)),
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
          .map(({ name }) => words(`${name}: its expected file is a draft`, `${name}：期望文件仍为草稿`)),
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
      const findings: Words[] = []
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        for (const source of records) {
          for (const { kind, body } of mapping.map(source, trial).records) {
            const [issue] = body === null ? [] : bodyIssues(kind, body)
            if (!issue) continue
            const at = `${sample.name} ${source.path}`
            findings.push(
              words(
                `${at}: ${kind} ${issue.path} ${issue.reason}`,
                `${at}：${kind} ${issue.path} ${chineseReason(issue.reason)}`,
              ),
            )
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
      return verdictOf([...unread].map((field) => words(`${field} is not read`, `${field} 未读取`)))
    },
  },
  ...READING,
]
