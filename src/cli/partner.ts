import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { pemBlocks } from '#core/pki/certificate.ts'
import { makeAuthority } from '#flow/partners/authority.ts'
import { changeEgress } from '#flow/partners/egress.ts'
import { admitCertificate, issueCertificate, type PartnerWish } from '#flow/partners/issue.ts'
import { revocationList } from '#flow/partners/revocation-list.ts'
import { listPartners, revokeCertificate, revokePartner } from '#store/partners.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import type { Settings } from './settings.ts'
import { readAuthorities } from './tls.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const PARTNERS_MAX = 10_000
const PARTNER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const FINGERPRINT = /^[0-9a-f]{64}$/i

/** `hub partner ca init|issue|egress|revoke|list|crl`: partners with client certificates, in the database of the settings. */
export async function partnerCommand(argv: readonly string[]): Promise<void> {
  const wish = parsed(argv)
  const settings = settingsOrExit(process.env)
  try {
    await withOwnDatabase(settings, { name: 'partner' }, (pool) => run(pool, wish, settings))
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

async function run(pool: Pool, { words, values }: Wish, settings: Settings): Promise<void> {
  const nowMs = Date.now()
  switch (words.join(' ')) {
    case 'ca init': {
      const authority = await makeAuthority(pool, { nowMs, again: values.again ?? false })
      process.stdout.write(authority.toString())
      return
    }
    case 'issue': {
      const scopes = [
        ...(values.systems ?? '')
          .split(',')
          .filter(Boolean)
          .map((system) => `push:${system}`),
        ...(values.scope ?? []),
      ]
      await issue(pool, { name: values.name ?? '', scopes, nowMs }, { values, settings })
      return
    }
    case 'list':
      console.log(JSON.stringify(await listPartners(pool, PARTNERS_MAX), null, 2))
      return
    case 'crl':
      process.stdout.write(await revocationList(pool, nowMs))
      return
    case 'egress': {
      const { partner, allow = [], any = false, nothing = false } = values
      if (partner === undefined || [allow.length > 0, any, nothing].filter(Boolean).length !== 1)
        throw new WrongUsage()
      if (!PARTNER.test(partner)) throw noSuch('partner', partner)
      console.log(JSON.stringify(await changeEgress(pool, partner, any ? null : allow), null, 2))
      return
    }
    case 'revoke': {
      const { partner, certificate } = values
      if ((partner === undefined) === (certificate === undefined)) throw new WrongUsage()
      if (partner !== undefined) {
        if (!PARTNER.test(partner) || !(await revokePartner(pool, partner))) throw noSuch('partner', partner)
      } else if (
        certificate !== undefined &&
        !(FINGERPRINT.test(certificate) && (await revokeCertificate(pool, certificate)))
      )
        throw noSuch('certificate', certificate)
      return
    }
    default:
      throw new WrongUsage()
  }
}

const noSuch = (what: 'partner' | 'certificate', named: string): HubError =>
  new HubError('not_found', {
    detail:
      what === 'partner'
        ? `there is no partner ${named}: hub partner list`
        : `there is no certificate ${named}: hub partner list`,
  })

async function issue(
  pool: Pool,
  wish: PartnerWish,
  { values, settings }: { values: Wish['values']; settings: Settings },
): Promise<void> {
  if (values.certificate !== undefined) {
    const [der] = pemBlocks(await readFile(values.certificate, 'utf8'), 'CERTIFICATE')
    if (!der)
      throw new HubError('invalid_request', { detail: `${values.certificate}: no certificate in PEM` })
    const authorities = await readAuthorities(settings)
    console.log(JSON.stringify(await admitCertificate(pool, { ...wish, der, authorities })))
    return
  }
  // Where the hub makes the key, it must be written somewhere; a terminal, and its history, is no place for it.
  if (values.csr === undefined && values.out === undefined) throw new WrongUsage()
  const request = values.csr === undefined ? null : await readFile(values.csr, 'utf8')
  const days = values.days === undefined ? {} : { days: Number(values.days) }
  if (values.out) await mkdir(values.out, { recursive: true, mode: 0o700 })
  const { privateKey, certificate, authority, ...said } = await issueCertificate(pool, {
    ...wish,
    request,
    ...days,
  })
  if (values.out === undefined) {
    process.stdout.write(certificate)
    return
  }
  if (privateKey) await writeFile(join(values.out, 'partner.key'), privateKey, { mode: 0o600, flag: 'wx' })
  await writeFile(join(values.out, 'partner.crt'), certificate)
  await writeFile(join(values.out, 'ca.crt'), authority)
  console.log(JSON.stringify(said))
}

type Wish = ReturnType<typeof parsed>

function parsed(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const { values, positionals: words } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        name: text,
        systems: text,
        scope: { type: 'string', multiple: true },
        csr: text,
        certificate: text,
        out: text,
        days: text,
        partner: text,
        again: { type: 'boolean' },
        allow: { type: 'string', multiple: true },
        any: { type: 'boolean' },
        nothing: { type: 'boolean' },
      },
    })
    return { words, values }
  } catch (error) {
    throw wrongOptions(error)
  }
}
