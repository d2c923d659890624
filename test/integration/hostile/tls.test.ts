import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type Server, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TlsParts } from '#api/tls.ts'
import { followTls } from '#cli/follow-tls.ts'
import { readTls } from '#cli/tls.ts'
import { createTestApi, withApi } from '#test/api.ts'

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'hub-tls-'))
const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }

const settings = { tlsCert: files.cert, tlsKey: files.key, tlsClientCa: undefined }

/** A new pair over the files that are there, as one that renews certificates leaves them. */
async function renew(name: string, days = '2'): Promise<void> {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    days,
  ]
  await run('openssl', [...made, ...subject, '-keyout', files.key, '-out', files.cert])
}

const api = withApi()
let app: FastifyInstance
let used: TlsParts
let port = 0
beforeAll(async () => {
  await renew('first')
  used = (await readTls(settings, Date.now())) as TlsParts
  app = await createTestApi({ pool: api.pool, registry: api.registry, intake: api.intake, tls: used })
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

/** Who answers, and with what, over a connection of its own. */
const ask = (maxVersion: 'TLSv1.1' | 'TLSv1.3' = 'TLSv1.3'): Promise<{ name: string; answer: string }> =>
  new Promise((resolve, reject) => {
    const old = maxVersion === 'TLSv1.1' ? { minVersion: 'TLSv1' as const, ciphers: 'ALL:@SECLEVEL=0' } : {}
    const socket: TLSSocket = connectTls(
      { port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion, ...old },
      () => socket.write('GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n'),
    )
    let answer = ''
    let subject = ''
    socket.on('secureConnect', () => {
      subject = String(socket.getPeerCertificate().subject.CN)
    })
    socket.on('data', (bytes) => (answer += bytes))
    socket.on('error', reject)
    socket.on('close', () => resolve({ name: subject, answer }))
  })

it('speaks TLS 1.2 and newer, says so for a year, and nothing in plain HTTP', async () => {
  const { name, answer } = await ask()
  expect([name, answer.split('\r\n')[0]]).toEqual(['first', 'HTTP/1.1 200 OK'])
  expect(answer).toMatch(/strict-transport-security: max-age=31536000/)
  await expect(ask('TLSv1.1')).rejects.toThrow()
  const plain = new Promise((resolve, reject) =>
    http.get({ port, host: '127.0.0.1', path: '/healthz' }, resolve).on('error', reject),
  )
  await expect(plain).rejects.toThrow()
})

it('a renewed certificate is used without a stop; half of a pair, another key or an expired one is not', async () => {
  const told: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void told.push(line) })
  const following = followTls(app.server as unknown as Server, { settings, used, log })
  await renew('second')
  await following.look()
  expect((await ask()).name).toBe('second')

  await writeFile(files.cert, 'no certificate')
  await following.look()
  await following.look()
  expect((await ask()).name).toBe('second')
  const { cert } = used
  await writeFile(files.cert, cert)
  await following.look()
  expect((await ask()).name).toBe('second')
  // Each thing is told once, and no line holds anything of a key.
  expect(told).toHaveLength(3)
  expect(told.join('')).not.toMatch(/PRIVATE|BEGIN/)

  await renew('third')
  await following.look()
  expect((await ask()).name).toBe('third')
  following.stop()
})
