import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { makePackage, packageName } from '#adapters/files/package/make.ts'
import { checkFiles, openPackage } from '#adapters/files/package/open.ts'
import { PACKAGE_REASONS, PackageRefused } from '#adapters/files/package/reasons.ts'
import { sourceOfFile } from '#adapters/push/xlsx/source.ts'
import { newPair } from '#store/link-secrets.ts'
import { cliLanguage } from './language.ts'
import { plainSentence } from './plain-sentence.ts'
import { sentenceOf } from './process.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.xml': 'text/xml',
  '.csv': 'text/csv',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.dbf': 'application/vnd.dbf',
}

/** `hub package key|make|check`: packages for a hub that the network does not reach; no database, no hub. */
export async function packageCommand([action = '', ...rest]: readonly string[]): Promise<void> {
  const run = { key: writeKey, make, check }[action]
  if (!run) throw new WrongUsage()
  const { values, positionals } = parsed(rest)
  try {
    await run(values, positionals)
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(sentence(error))
    process.exitCode = 1
  }
}

type Values = ReturnType<typeof parsed>['values']

/** A new key pair: the private key into a file of its own, the public one to be told to the hub. */
async function writeKey({ out }: Values): Promise<void> {
  if (out === undefined) throw new WrongUsage()
  const { secret, publicKey } = newPair()
  await writeFile(out, `${secret}\n`, { flag: 'wx', mode: 0o600 })
  console.log(publicKey)
}

async function make(values: Values, named: readonly string[]): Promise<void> {
  const { system, sequence, key, out, created = new Date().toISOString() } = values
  if (!system || !/^[1-9]\d{0,14}$/.test(sequence ?? '') || !key || !out || named.length === 0)
    throw new WrongUsage()
  const wish = {
    system,
    sequence: Number(sequence),
    created,
    key: (await readFile(key, 'utf8')).trim(),
    files: named.map((one) => fileOf(one, values.type)),
  }
  const path = join(out, packageName(wish))
  try {
    await makePackage(path, wish)
  } catch (error) {
    // Half a package must not be carried; one that was there before is not ours.
    if ((error as { code?: string }).code !== 'EEXIST') await rm(path, { force: true })
    throw error
  }
  console.log(path)
}

/** `trade=/path/to/trades.csv` */
function fileOf(named: string, type: string | undefined) {
  const at = named.indexOf('=')
  const [record, path] = [named.slice(0, at), named.slice(at + 1)]
  const contentType = type ?? TYPES[extname(path).toLowerCase()]
  if (at < 1 || path === '' || contentType === undefined) throw new WrongUsage()
  return { name: basename(path), path, record, contentType }
}

async function check(
  { system, key, 'max-bytes': max }: Values,
  [path, ...more]: readonly string[],
): Promise<void> {
  if (!system || !key || path === undefined || more.length > 0) throw new WrongUsage()
  const keys = key.startsWith('wh') ? key : await readFile(key, 'utf8')
  const trust = {
    system,
    keys: keys.split(/\s+/).filter((one) => one !== ''),
    maxBytes: max === undefined ? Number.MAX_SAFE_INTEGER : Number(max),
  }
  const source = sourceOfFile(path)
  try {
    const opened = await openPackage(source, trust)
    await checkFiles(opened)
    console.log(JSON.stringify(opened.manifest, null, 2))
  } finally {
    source.close()
  }
}

function sentence(error: unknown): string {
  const language = cliLanguage()
  if (error instanceof PackageRefused) {
    const { reason, fix } = PACKAGE_REASONS[error.why]
    return language === 'zh'
      ? `${reason.zh}（${error.at}）。${fix.zh}`
      : `${reason.en} (${error.at}): ${fix.en}`
  }
  if (error instanceof TypeError || error instanceof RangeError) return error.message
  if (plainSentence(error)) return sentenceOf(error)
  throw error
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    system: text,
    sequence: text,
    key: text,
    out: text,
    created: text,
    type: text,
    'max-bytes': text,
  }
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw wrongOptions(error)
  }
}
