import { randomBytes } from 'node:crypto'
import { startHub } from './hub.ts'
import { createLog, sentenceOf, settingsOrExit, untilSignal } from './process.ts'
import type { Settings } from './settings.ts'
import { takesNothing } from './wrong-usage.ts'

/** `hub start`: runs until SIGINT or SIGTERM. */
export async function startCommand(argv: readonly string[] = []): Promise<void> {
  takesNothing(argv)
  const settings = settingsOrExit(process.env)
  const log = createLog(settings)
  const startedMs = performance.now()
  const withKey = settings.adminKey
    ? settings
    : { ...settings, adminKey: `hub_${randomBytes(24).toString('base64url')}` }
  try {
    const hub = await startHub(withKey, log)
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    for (const line of readyLines(withKey, hub.url, seconds, settings.adminKey === undefined))
      console.log(line)
    untilSignal(() => hub.stop())
  } catch (error) {
    console.error(sentenceOf(error))
    process.exit(1)
  }
}

function readyLines(settings: Settings, url: string, seconds: string, ownKey: boolean): string[] {
  const zh = settings.lang === 'zh'
  if (!url) return [zh ? `工作进程已就绪（${seconds} 秒）` : `Worker ready (${seconds} s)`]
  const lines = [
    zh ? `追溯枢纽已就绪（${seconds} 秒）：${url}` : `Trace Hub ready (${seconds} s): ${url}`,
    zh ? `接口文档：${url}/docs` : `Documentation: ${url}/docs`,
  ]
  if (ownKey) {
    lines.push(
      zh
        ? `本次启动的管理密钥（设置 HUB_ADMIN_KEY 可固定）：${settings.adminKey}`
        : `Administrator key of this start (set HUB_ADMIN_KEY to keep one): ${settings.adminKey}`,
    )
  }
  return lines
}
