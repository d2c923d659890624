import { once } from 'node:events'
import * as fs from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join, normalize } from 'node:path'
import { type SecureContext, TLSSocket } from 'node:tls'
import iconv from 'iconv-lite'

export interface FtpServer {
  readonly port: number
  readonly asked: string[]
  faults: FtpFaults
  drop(): void
  close(): Promise<void>
}

export interface FtpFaults {
  /** Commands that are never answered. */
  readonly silent?: readonly string[]
  /** The address that PASV names. */
  readonly pasvHost?: string
  /** The connections are lost once so many bytes of a file were sent. */
  readonly dropAfterBytes?: number
  /** Everything is answered by 421: too many users. */
  readonly busy?: boolean
  /** The connections are lost once so many bytes of a file came. */
  readonly dropAfterStored?: number
  /** RNTO refuses a name that is there. */
  readonly noReplace?: boolean
  /** Called before a file is sent. */
  readonly beforeRead?: (path: string) => Promise<void>
}

export interface FtpOptions {
  readonly user: string
  readonly password: string
  readonly tls?: SecureContext
  /** Neither MLSD nor EPSV, as before RFC 2428 and 3659. */
  readonly old?: boolean
  /** MDTM is not known either. */
  readonly noTimes?: boolean
  readonly encoding?: 'utf8' | 'gbk'
  readonly passivePort?: number
}

/** An FTP server over a folder of the disk: passive connections only, explicit TLS. */
export async function startFtpServer(root: string, options: FtpOptions, port = 0): Promise<FtpServer> {
  const sockets = new Set<Socket>()
  const made: FtpServer = {
    port: 0,
    asked: [],
    faults: {},
    drop: () => sockets.forEach((socket) => void socket.destroy()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        made.drop()
      }),
  }
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    return socket
  }
  const server = createServer((socket) => converse(keep(socket), { root, options, made, keep }))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return Object.assign(made, { port: (server.address() as AddressInfo).port })
}

interface Parts {
  readonly root: string
  readonly options: FtpOptions
  readonly made: FtpServer
  readonly keep: (socket: Socket) => Socket
}

function converse(first: Socket, { root, options, made, keep }: Parts): void {
  let control = first
  let folder = '/'
  let from = ''
  let user = ''
  let isIn = false
  let passive: { server: Server; connected: Promise<Socket> } | null = null
  const wire = options.encoding ?? 'utf8'
  const say = (line: string): void =>
    void (control.destroyed || control.write(iconv.encode(`${line}\r\n`, wire)))
  const full = (path: string): string => normalize(path.startsWith('/') ? path : join(folder, path))
  const at = (path: string): string => join(root, full(path))

  const listen = async (): Promise<AddressInfo> => {
    passive?.server.close()
    let came: (socket: Socket) => void = () => {}
    const connected = new Promise<Socket>((resolve) => {
      came = resolve
    })
    const server = createServer((socket) => {
      server.close()
      keep(socket)
      came(secure(socket))
    })
    await new Promise<void>((resolve) => server.listen(options.passivePort ?? 0, '127.0.0.1', resolve))
    server.unref()
    passive = { server, connected }
    return server.address() as AddressInfo
  }
  const secure = (socket: Socket): Socket => {
    if (!options.tls || !(control instanceof TLSSocket)) return socket
    return keep(new TLSSocket(socket, { isServer: true, secureContext: options.tls }))
  }
  const send = async (bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => {
    say('150 here it comes')
    const socket = await passive!.connected
    const closed = once(socket, 'close')
    let sent = 0
    for await (const piece of bytes) {
      sent += piece.length
      if (sent > (made.faults.dropAfterBytes ?? Number.POSITIVE_INFINITY)) return made.drop()
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closed])
      if (socket.destroyed) break
    }
    socket.end()
    say('226 done')
  }

  const commands: Record<string, (argument: string) => Promise<void> | void> = {
    AUTH: () => {
      if (!options.tls) return say('502 no')
      say('234 go on')
      control.removeAllListeners('data')
      control = keep(new TLSSocket(control, { isServer: true, secureContext: options.tls }))
      control.on('data', hear)
    },
    USER: (name) => {
      user = name
      say('331 and the password')
    },
    PASS: (password) => {
      isIn = user === options.user && password === options.password
      say(isIn ? '230 welcome' : '530 no')
    },
    FEAT: () =>
      say(
        options.old ? '211 none' : '211-Features:\r\n MLST type*;size*;modify*;\r\n SIZE\r\n MDTM\r\n211 end',
      ),
    OPTS: () => say('200 so be it'),
    TYPE: () => say('200 binary'),
    PBSZ: () => say('200 0'),
    PROT: () => say('200 private'),
    PWD: () => say(`257 "${folder}"`),
    CWD: async (path) => {
      if (!(await fs.stat(at(path))).isDirectory()) throw new Error('no folder')
      folder = full(path)
      say('250 there')
    },
    EPSV: async () => {
      if (options.old) return say('500 unknown')
      say(`229 passive (|||${(await listen()).port}|)`)
    },
    PASV: async () => {
      const { port } = await listen()
      const host = (made.faults.pasvHost ?? '127.0.0.1').replaceAll('.', ',')
      say(`227 passive (${host},${port >> 8},${port & 255})`)
    },
    MLSD: async (path) => {
      const lines = await eachOf(at(path || '.'), (name, state) => {
        const type = state.isDirectory() ? 'dir' : state.isSymbolicLink() ? 'OS.unix=symlink' : 'file'
        return `type=${type};size=${state.size};modify=${stamp(state.mtime)}; ${name}`
      })
      await send([iconv.encode(lines, wire)])
    },
    LIST: async (argument) => {
      const lines = await eachOf(at(argument.replace(/^-a ?/, '') || '.'), (name, state) => {
        const type = state.isDirectory() ? 'd' : state.isSymbolicLink() ? 'l' : '-'
        const [, month, day, time] = /^\w+ (\w+) (\d+) \d+ (\d\d:\d\d)/.exec(state.mtime.toString()) ?? []
        return `${type}rw-r--r-- 1 ftp ftp ${state.size} ${month} ${day} ${time} ${name}`
      })
      await send([iconv.encode(lines, wire)])
    },
    SIZE: async (path) => {
      const state = await fs.stat(at(path))
      if (!state.isFile()) throw new Error('no file')
      say(`213 ${state.size}`)
    },
    MDTM: async (path) => say(options.noTimes ? '502 no' : `213 ${stamp((await fs.stat(at(path))).mtime)}`),
    RETR: async (path) => {
      await made.faults.beforeRead?.(path)
      const file = await fs.open(at(path))
      await send(file.createReadStream() as AsyncIterable<Uint8Array>)
    },
    STOR: async (path) => {
      const file = await fs.open(at(path), 'w')
      say('150 give it')
      let stored = 0
      for await (const piece of await passive!.connected) {
        stored += (piece as Uint8Array).length
        if (stored > (made.faults.dropAfterStored ?? Number.POSITIVE_INFINITY)) return made.drop()
        await file.write(piece as Uint8Array)
      }
      await file.close()
      say('226 done')
    },
    RNFR: async (path) => {
      await fs.stat(at(path))
      from = path
      say('350 and where to')
    },
    RNTO: async (path) => {
      if (made.faults.noReplace && (await fs.stat(at(path)).catch(() => null))) throw new Error('it is there')
      await fs.rename(at(from), at(path))
      say('250 done')
    },
    DELE: async (path) => {
      await fs.unlink(at(path))
      say('250 gone')
    },
    MKD: async (path) => {
      await fs.mkdir(at(path))
      say(`257 "${full(path)}"`)
    },
    QUIT: () => void control.end('221 bye\r\n'),
  }
  if (options.old) delete commands['MLSD']

  let rest = Buffer.alloc(0)
  let turn = Promise.resolve()
  const hear = (piece: Buffer): void => {
    rest = Buffer.concat([rest, piece])
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = iconv.decode(rest.subarray(0, end), wire)
      rest = rest.subarray(end + 2)
      turn = turn.then(() => obey(line))
    }
  }
  const obey = async (line: string): Promise<void> => {
    const [, name = '', argument = ''] = /^(\S+) ?(.*)$/.exec(line) ?? []
    made.asked.push(name === 'PASS' ? 'PASS' : line)
    if (made.faults.silent?.includes(name)) return
    if (made.faults.busy) return void control.end('421 too many users\r\n')
    const command = commands[name]
    if (!command) return say('500 unknown')
    if (!isIn && !['USER', 'PASS', 'AUTH', 'FEAT', 'OPTS', 'QUIT'].includes(name)) return say('530 log in')
    try {
      await command(argument)
    } catch {
      say('550 no')
    }
  }
  control.on('data', hear)
  if (made.faults.busy) control.end('421 too many users\r\n')
  else say('220 ready')
}

async function eachOf(
  folder: string,
  line: (name: string, state: Awaited<ReturnType<typeof fs.lstat>> & { mtime: Date }) => string,
): Promise<string> {
  const names = await fs.readdir(folder)
  const lines = await Promise.all(
    names.map(async (name) => line(name, (await fs.lstat(join(folder, name))) as never)),
  )
  return lines.map((one) => `${one}\r\n`).join('')
}

const stamp = (time: Date): string => time.toISOString().replace(/\D/g, '').slice(0, 14)
