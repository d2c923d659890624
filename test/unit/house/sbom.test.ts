import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'hub-sbom-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
}
interface Sbom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}
interface Locked {
  readonly name?: string
  readonly version: string
  readonly integrity?: string
  readonly link?: boolean
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Locked>
}
const locked = Object.entries(lock.packages).filter(([path, { link }]) => path !== '' && !link)
const nameOf = (path: string, { name }: Locked): string =>
  name ?? path.slice(path.lastIndexOf('node_modules/') + 13)

let sbom: Sbom
const write = (file: string): string => {
  const path = join(folder, file)
  execFileSync(process.execPath, ['scripts/sbom.ts', path])
  return readFileSync(path, 'utf8')
}
beforeAll(() => {
  sbom = JSON.parse(write('sbom.json'))
}, 300_000)

it('the list of components is CycloneDX and of this version of the hub', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { component: { name: 'trace-hub', version } },
  })
})

it('it has every package of the lock file with its version and digest, and no other', () => {
  expect(locked.length).toBeGreaterThan(200)
  const wanted = new Set(locked.map(([path, one]) => `${nameOf(path, one)}@${one.version}`))
  expect(new Set(sbom.components.map(({ name, version }) => `${name}@${version}`))).toEqual(wanted)
  const digests = new Map(
    locked.map(([path, one]) => [
      `${nameOf(path, one)}@${one.version}`,
      Buffer.from(one.integrity?.replace(/^sha512-/, '') ?? '', 'base64').toString('hex'),
    ]),
  )
  for (const { name, version, purl, hashes = [] } of sbom.components) {
    expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`)
    expect(
      hashes.map(({ content }) => content),
      name,
    ).toContain(digests.get(`${name}@${version}`))
  }
})

it('it is the same each time, so that two can be compared', () => {
  expect(JSON.parse(write('again.json'))).toEqual(sbom)
})
