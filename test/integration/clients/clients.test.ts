import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

/** Where PATH has a program; null where it has none. */
function found(program: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, program)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // The next folder.
    }
  }
  return null
}

const CLIENTS = [
  { name: 'curl', needs: ['curl', 'sh'], command: () => ['clients/curl/push.sh'] },
  { name: 'TypeScript', needs: [], command: () => [process.execPath, 'clients/typescript/push.ts'] },
  { name: 'Python', needs: ['python3'], command: () => ['python3', 'clients/python/push.py'] },
  { name: 'Java', needs: ['java', 'javac'], command: () => ['java', 'clients/java/Push.java'] },
  {
    name: 'C#',
    needs: ['mcs', 'mono'],
    command: (folder: string) => ['mono', join(folder, 'Push.exe')],
    build: (folder: string) => [
      'mcs',
      '-r:System.Net.Http',
      `-out:${join(folder, 'Push.exe')}`,
      'clients/csharp/Push.cs',
    ],
  },
] as const

function run(words: readonly string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
  const [program = '', ...rest] = words
  return new Promise((resolve) => {
    execFile(program, rest, { env: { ...process.env, ...env }, timeout: 80_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
    )
  })
}

const api = withApi()
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clients-'))
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  env = { HUB_URL: `http://127.0.0.1:${port}`, HUB_KEY: await api.key('push:jiaxing-wholesale') }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A hub that takes a large file, and answers questions for its receipt one after the other as it is told. */
async function largeHub(answers: readonly ((response: ServerResponse) => void)[]) {
  const asked: string[] = []
  let questions = 0
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(request.method ?? '')
    request.resume().on('end', () => {
      if (request.method === 'POST') response.writeHead(202, { location: '/v1/receipts/1' }).end('{}')
      else answers[Math.min(questions++, answers.length - 1)]?.(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const receiptIn = (state: string) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      receipt: 'r1',
      state,
      received: 1,
      accepted: 1,
      unchanged: 0,
      rejected: 0,
      results: [],
    }),
  )

for (const client of CLIENTS) {
  const missing = client.needs.filter((program) => found(program) === null)
  if (missing.length > 0) {
    describe(client.name, () =>
      it.skip(`not run: install ${missing.join(', ')} to test this client`, () => {}),
    )
    continue
  }
  describe(`the client in ${client.name}`, () => {
    const file = () => join(folder, `${client.name}.json`)
    const push = (url = env['HUB_URL'] ?? '', sent = file()) =>
      run([...client.command(folder), 'jiaxing-wholesale', 'trade', sent, 'application/json'], {
        ...env,
        HUB_URL: url,
      })
    beforeAll(async () => {
      if ('build' in client) expect(await run(client.build(folder), {})).toMatchObject({ code: 0 })
    })

    it('pushes a file once, however often it runs, and reads the receipt', async () => {
      await writeFile(file(), JSON.stringify([trade(`${client.name}1`), trade(`${client.name}2`)]))
      const first = await push()
      expect(first).toMatchObject({ code: 0 })
      expect(first.said).toMatch(/receipt [0-9a-f-]{36}: 2 received, 2 accepted, 0 unchanged, 0 rejected/)
      const again = await push()
      expect(again).toEqual(first)
    })

    it('names each rejected record and ends with 2', async () => {
      await writeFile(file(), JSON.stringify([trade(`${client.name}3`), trade('', { tradeTime: 'soon' })]))
      const { code, said } = await push()
      expect(code).toBe(2)
      expect(said).toContain('E_NO_KEY /1/billNo')
    })

    it('says why a file was refused and ends with 1', async () => {
      await writeFile(file(), '[{"billNo":')
      const { code, said } = await push()
      expect(code).toBe(1)
      expect(said).toContain('unreadable_message')
    })

    it('goes on asking for the receipt of a large file while the hub is busy or starts again', async () => {
      await writeFile(file(), '[]')
      const hub = await largeHub([
        (response) => void response.destroy(),
        (response) => response.writeHead(503, { 'retry-after': '1' }).end('{}'),
        receiptIn('running'),
        receiptIn('done'),
      ])
      const { code, said } = await push(hub.url)
      expect([code, said]).toEqual([0, expect.stringContaining('receipt r1: 1 received, 1 accepted')])
      expect(hub.asked).toEqual(['POST', 'GET', 'GET', 'GET', 'GET'])
    }, 90_000)

    it('says so and ends with 1 where the receipt may not be read', async () => {
      await writeFile(file(), '[]')
      const hub = await largeHub([(response) => response.writeHead(404).end('{"code":"not_found"}')])
      const { code, said } = await push(hub.url)
      expect([code, said]).toEqual([1, expect.stringMatching(/refused with 404:\s+\{"code":"not_found"\}/)])
    }, 90_000)

    it('says so and sends nothing where there is no such file', async () => {
      const hub = await largeHub([receiptIn('done')])
      const sent = join(folder, 'none.json')
      const { code, said } = await push(hub.url, sent)
      expect([code, said]).toEqual([1, expect.stringContaining(`cannot read ${sent}`)])
      expect(said).not.toMatch(/\n\s+at /)
      expect(hub.asked).toEqual([])
    })
  })
}
