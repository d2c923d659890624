import { decodeText } from '#adapters/push/charset.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { counted } from '#core/in-number.ts'
import { type Words, words } from '#core/mapping/words.ts'
import { type Check, PASSED, skipped, verdictOf } from './check.ts'
import { decodedSamples, isText, read } from './decoded.ts'
import { inEncodings } from './encodings.ts'

const CUTS = 24
/** Shorter texts occur anywhere by chance. */
const SHORTEST_TELLING = 6

/** The checks of bronze that read the samples in other ways than they came. */
export const READING: readonly Check[] = [
  {
    id: 'encodings',
    level: 'bronze',
    title: {
      en: 'The same records come of the samples in UTF-8, with a byte order mark, in UTF-16 and in GBK',
      zh: '样例改用 UTF-8、带 BOM、UTF-16、GBK 编码时结果相同',
    },
    run: async (trial) => {
      const findings: Words[] = []
      let tried = 0
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        if (!isText(sample) || mapping.read.format === 'form') continue
        const wanted = JSON.stringify(records.map(({ value }) => value))
        for (const [encoding, bytes] of inEncodings(decodeText(sample.bytes).text)) {
          if (bytes === null) continue
          tried++
          const found = await read(bytes, mapping)
          const same = Array.isArray(found) && JSON.stringify(found.map(({ value }) => value)) === wanted
          if (!same)
            findings.push(
              words(
                `${sample.name} in ${encoding} is read differently`,
                `${sample.name} 改用 ${encoding} 后结果不同`,
              ),
            )
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
      const findings: Words[] = []
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
            findings.push(
              words(
                `${sample.name} cut at byte ${length}: ${torn[0]?.path} is no record of the sample`,
                `${sample.name} 在第 ${length} 字节处截断：${torn[0]?.path} 不是样例中的记录`,
              ),
            )
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
      const findings: Words[] = []
      const bodies: readonly (readonly [Words, Uint8Array])[] = [
        [words('an empty body', '空报文'), new Uint8Array(0)],
        [words('blanks', '空白'), Buffer.from(' \n\t ')],
        [
          words('an error page', '错误页'),
          Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'),
        ],
        [words('random bytes', '随机字节'), Uint8Array.from({ length: 512 }, (_, i) => (i * 97 + 13) % 256)],
      ]
      for (const { name, mapping } of system.records.values()) {
        for (const [what, bytes] of mapping ? bodies : []) {
          const found = mapping && (await read(bytes, mapping))
          if (Array.isArray(found) && found.some(({ issues }) => issues.length === 0))
            findings.push(
              words(
                `${name}: ${what.en}: taken for ${counted(found.length, 'record')}`,
                `${name}：${what.zh}被当作 ${found.length} 条记录`,
              ),
            )
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
      const findings: Words[] = []
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
              findings.push(
                words(
                  `${sample.name} ${source.path}: ${name} is told`,
                  `${sample.name} ${source.path}：出现 ${name} 的内容`,
                ),
              )
          }
        }
      }
      return ignored === 0 ? PASSED : verdictOf(findings)
    },
  },
]

/** Where each line stands for itself a cut leaves a shorter line, which is told by what it lacks. */
const isLineFormat = (format: string): boolean => format === 'csv'
