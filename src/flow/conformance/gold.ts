import type { MappedSource } from '#core/mapping/mapping.ts'
import { type Words, words } from '#core/mapping/words.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { type Check, verdictOf } from './check.ts'
import { type Decoded, decodedSamples } from './decoded.ts'
import { SOAK_HEAP_MB, soak } from './soak.ts'

const SOAK_RECORDS = 100_000

/** Values that no field expects; each is put in the place of each field in turn. */
const HOSTILE: readonly (readonly [Words, SourceValue])[] = [
  [words('a list', '列表'), ['a', 'b']],
  [words('an object', '对象'), { a: { b: 'c' } }],
  [words('null', '空值 null'), null],
  [words('true', '布尔值 true'), true],
  [words('an empty text', '空文本'), ''],
  [words('a long text', '超长文本'), 'x'.repeat(100_000)],
  [words('NUL', 'NUL 字符'), 'a\0b'],
  [words('half a surrogate pair', '不完整的代理对'), '\ud800'],
  [words('destroyed text', '已损坏的文本'), '锟斤拷锟斤拷'],
  [words('a number that lost digits', '丢失位数的数值'), '3.30825E+19'],
  [words('a huge number', '超大数值'), '9'.repeat(400)],
  [words('a negative number', '负数'), '-1'],
  [words('a day that is none', '不存在的日期'), '2024-02-30'],
  [words('a formula', '公式'), '=HYPERLINK("http://example.invalid")'],
  [words('markup', '网页标记'), '<script>alert(1)</script>'],
]

/** What a system needs to hold under load and change. */
export const GOLD: readonly Check[] = [
  {
    id: 'hostile-values',
    level: 'gold',
    title: {
      en: 'No value in any field makes the mapping fail: the record is taken with a mark, or rejected with a place',
      zh: '任何字段出现任何取值都不会使映射出错：标记后接收，或指明位置后退回',
    },
    run: async (trial) => {
      const findings: Words[] = []
      for (const { sample, mapping, records } of firstOfEach(await decodedSamples(trial))) {
        const [source] = records
        if (!source) continue
        for (const field of fieldsOf(source.value)) {
          for (const [what, value] of HOSTILE) {
            const problem = tryValue(mapping, source, field, value, trial.receivedAtMs)
            if (problem)
              findings.push(
                words(
                  `${sample.name} ${field}: ${what.en}: ${problem.en}`,
                  `${sample.name} ${field}：${what.zh}：${problem.zh}`,
                ),
              )
          }
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'trial-is-production',
    level: 'gold',
    title: {
      en: 'Trying a record shows exactly what production makes of it, and a second time the same',
      zh: '试运行的结果与正式运行完全一致，重复运行结果相同',
    },
    run: async (trial) => {
      const findings: Words[] = []
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        for (const source of records) {
          const made = contentOf(mapping.map(source, trial))
          if (
            made !== contentOf(mapping.trace(source, trial)) ||
            made !== contentOf(mapping.map(source, trial))
          )
            findings.push(
              words(
                `${sample.name} ${source.path}: another content`,
                `${sample.name} ${source.path}：内容不同`,
              ),
            )
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'new-field',
    level: 'gold',
    title: {
      en: 'A field that the source adds is reported as drift and changes no record',
      zh: '来源新增的字段报告为漂移，且不改变任何记录',
    },
    run: async (trial) => {
      const findings: Words[] = []
      for (const { sample, mapping, records } of firstOfEach(await decodedSamples(trial))) {
        for (const source of records.filter(({ issues }) => issues.length === 0)) {
          if (!isRow(source.value)) continue
          const grown: SourceRecord = { ...source, value: { ...source.value, brandNewField: 'x' } }
          if (!mapping.drift(grown).includes('brandNewField'))
            findings.push(
              words(`${sample.name} ${source.path}: not reported`, `${sample.name} ${source.path}：未报告`),
            )
          if (contentOf(mapping.map(grown, trial)) !== contentOf(mapping.map(source, trial)))
            findings.push(
              words(
                `${sample.name} ${source.path}: the record changed`,
                `${sample.name} ${source.path}：记录发生变化`,
              ),
            )
        }
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'soak',
    level: 'gold',
    title: {
      en: `${SOAK_RECORDS.toLocaleString('en')} records, each with another key, are mapped in a heap of ${SOAK_HEAP_MB} MB`,
      zh: `连续映射 ${SOAK_RECORDS.toLocaleString('en')} 条记录，堆内存不超过 ${SOAK_HEAP_MB} MB`,
    },
    run: async ({ system }) => {
      const problem = await soak(system.folder, SOAK_RECORDS)
      return verdictOf(problem === null ? [] : [problem])
    },
  },
]

/** One sample of each record: the one with the most records. */
function firstOfEach(decoded: readonly Decoded[]): Decoded[] {
  const best = new Map<string, Decoded>()
  for (const one of decoded) {
    const { record } = one.mapping
    if (one.sample.name.startsWith('valid/') && one.records.length > (best.get(record)?.records.length ?? 0))
      best.set(record, one)
  }
  return [...best.values()]
}

const isRow = (value: SourceValue): value is { [name: string]: SourceValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names of the fields of a record, those inside objects with dots. */
function fieldsOf(value: SourceValue, prefix = ''): string[] {
  if (!isRow(value)) return []
  return Object.entries(value).flatMap(([name, member]) => [
    prefix + name,
    ...(isRow(member) ? fieldsOf(member, `${prefix}${name}.`) : []),
  ])
}

function withValue(value: SourceValue, [step, ...rest]: readonly string[], put: SourceValue): SourceValue {
  if (step === undefined) return put
  return isRow(value) ? { ...value, [step]: withValue(value[step] ?? {}, rest, put) } : value
}

function tryValue(
  mapping: Decoded['mapping'],
  source: SourceRecord,
  field: string,
  value: SourceValue,
  receivedAtMs: number,
): Words | null {
  try {
    const mapped = mapping.map(
      { ...source, value: withValue(source.value, field.split('.'), value) },
      { receivedAtMs },
    )
    if (mapped.rejected)
      return mapped.issues.some(({ code }) => code.startsWith('E_'))
        ? null
        : words('rejected without a reason', '退回却未说明原因')
    const text = JSON.stringify(mapped.records)
    return text.includes('\\u0000') || text.includes('\\ud800')
      ? words('what no database takes is in the record', '记录中含有数据库无法保存的内容')
      : null
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return words(`it throws: ${said}`, `映射出错：${said}`)
  }
}

const contentOf = ({ key, rejected, issues, records }: MappedSource): string =>
  canonicalJson({
    issues: issues as unknown,
    key,
    records: records.map(({ id, operation, body }) => ({ body, id, operation })) as unknown,
    rejected,
  })
