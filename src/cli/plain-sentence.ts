import type { Sentence } from '#store/refusal.ts'

interface SystemError {
  readonly code: string
  readonly message: string
  readonly syscall?: string
  readonly address?: string
  readonly port?: number
  readonly path?: string
}

/**
 * What a person is told of an error of the operating system or of PostgreSQL that stops a command: what is wrong and what to do.
 * Undefined for errors that are none of theirs to mend. No address with a password is repeated.
 */
export function plainSentence(error: unknown): Sentence | undefined {
  if (!isSystemError(error)) return undefined
  const { code, syscall, path } = error
  if (syscall === 'listen') return ofListening(error)
  // Where a name has several addresses, the error of all of them has a code and no call.
  if (code === 'ECONNREFUSED' || syscall === 'connect' || syscall === 'getaddrinfo')
    return ofConnecting(error)
  if (code === 'EISDIR') return { zh: '这是文件夹，不是文件。', en: 'This is a folder, not a file.' }
  if (path !== undefined) return ofFile(code, path)
  if (/^[0-9A-Z]{5}$/.test(code)) return ofDatabase(error)
  return undefined
}

function ofListening({ code, address, port }: SystemError): Sentence {
  const where = `${address ?? ''}:${port ?? ''}`
  if (code === 'EADDRINUSE') {
    return {
      zh: `端口已被占用（${where}）。请停止占用它的进程，或用 HUB_PORT 换一个端口。`,
      en: `The port is already in use (${where}). Stop the process that uses it, or name another port by HUB_PORT.`,
    }
  }
  return {
    zh: `无法在 ${where} 上监听（${code}）。请核对 HUB_HOST 和 HUB_PORT。`,
    en: `The hub cannot listen on ${where} (${code}). Check HUB_HOST and HUB_PORT.`,
  }
}

function ofConnecting({ code, address, port }: SystemError): Sentence {
  const where = address === undefined ? code : `${address}${port === undefined ? '' : `:${port}`}, ${code}`
  return {
    zh: `无法连接数据库（${where}）。请启动 PostgreSQL 并核对 DATABASE_URL。`,
    en: `The database cannot be reached (${where}). Start PostgreSQL and check DATABASE_URL.`,
  }
}

function ofFile(code: string, path: string): Sentence {
  return code === 'ENOENT'
    ? { zh: `文件不存在：${path}。请核对路径。`, en: `There is no file ${path}. Check the path.` }
    : { zh: `无法使用 ${path}（${code}）。`, en: `${path} cannot be used (${code}).` }
}

/** SQLSTATE classes 28 and 3D: who may enter, and where. */
function ofDatabase({ code, message }: SystemError): Sentence | undefined {
  if (!/^(28|3D)/.test(code)) return undefined
  return {
    zh: `数据库拒绝连接：${message}。请核对 DATABASE_URL。`,
    en: `The database refuses the connection: ${message}. Check DATABASE_URL.`,
  }
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
