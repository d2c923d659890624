import { AdapterError, type AdapterParts, type SettingCheck, type Words } from '#adapters/adapter.ts'
import { refusedTopic } from './outcomes.ts'
import { unreadableSecrets } from './secure.ts'
import { openSession, type Session } from './session.ts'
import type { MqttSettings } from './settings.ts'
import { topicFaults } from './topics.ts'

type Parts = AdapterParts<MqttSettings>

const ADVICE: Readonly<Record<string, Words>> = {
  host: {
    zh: '请核对地址和端口，内网地址须加入允许列表',
    en: 'compare host and port with the broker; a private address has to be allowed',
  },
  version: { zh: '请改用另一个版本', en: 'try the other version' },
  clientId: {
    zh: '请向服务器管理员核对客户端标识',
    en: 'ask the administrator of the broker for a client id',
  },
  tls: { zh: '请核对端口是否加密', en: 'compare whether this port speaks TLS' },
  username: { zh: '请核对用户名', en: 'compare the user with the broker' },
  password: { zh: '请重新填写口令', en: 'set the password again' },
  ca: { zh: '请填写签发服务器证书的 CA 证书（PEM）', en: 'give the certificate of its authority, as PEM' },
  certificate: {
    zh: '请填写客户端证书及其私钥（PEM）',
    en: 'give the client certificate with its key, as PEM',
  },
  key: {
    zh: '请填写与证书相配的私钥（PEM，无口令）',
    en: 'give the key of the certificate, as PEM without a passphrase',
  },
  topics: { zh: '请核对主题及订阅权限', en: 'compare the topic, and what the user may subscribe to' },
}

/** Tries the settings with a client id and a session of its own, which takes no message away from the channel. */
export async function checkMqtt(parts: Parts): Promise<SettingCheck[]> {
  const { settings, secrets } = parts
  const wrong = new Map<string, Words>()
  for (const { setting, reason } of topicFaults(settings)) wrong.set(setting, reason)
  if (settings.topics.length === 0)
    wrong.set('/settings/topics', { zh: '没有可订阅的主题', en: 'no topic to listen to' })
  if (settings.tls)
    for (const setting of unreadableSecrets(parts))
      wrong.set(setting, { zh: '无法读取', en: 'cannot be read' })
  const isTlsReadable = ![...wrong.keys()].some((setting) => setting.startsWith('/secrets/'))
  if (isTlsReadable) for (const [setting, reason] of await tried(parts, wrong)) wrong.set(setting, reason)
  const looked = [
    '/settings/host',
    '/settings/clientId',
    ...settings.topics.map((_, i) => `/settings/topics/${i}/topic`),
    ...(settings.username === undefined ? [] : ['/settings/username']),
    ...Object.keys(secrets).map((name) => `/secrets/${name}`),
  ]
  return [...new Set([...looked, ...wrong.keys()])].map((setting) => {
    const reason = wrong.get(setting)
    if (!reason) return { setting, ok: true, reason: { zh: '可用', en: 'works' } }
    const name = setting.split('/')[2] ?? ''
    return { setting, ok: false, reason, ...(ADVICE[name] ? { advice: ADVICE[name] } : {}) }
  })
}

/** What is found wrong by signing in, and by subscribing where that takes nothing from anybody. */
async function tried(
  parts: Parts,
  known: ReadonlyMap<string, Words>,
): Promise<readonly (readonly [string, Words])[]> {
  let session: Session | undefined
  try {
    session = await openSession(parts, { clientId: `${parts.settings.clientId}-check`, keep: false })
    return await triedTopics(session, parts.settings, known)
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    return [[error.setting ?? '/settings/host', wordsOf(error)]]
  } finally {
    await session?.end()
  }
}

async function triedTopics(
  session: Session,
  { topics }: MqttSettings,
  known: ReadonlyMap<string, Words>,
): Promise<readonly (readonly [string, Words])[]> {
  const wrong: (readonly [string, Words])[] = []
  for (const [i, { topic }] of topics.entries()) {
    const setting = `/settings/topics/${i}/topic`
    // A member of a group would be given messages that the channel is to have.
    if (known.has(setting) || topic.startsWith('$share/')) continue
    const [code = 128] = await session.subscribe([topic])
    const refused = refusedTopic(code, setting)
    if (refused) wrong.push([setting, wordsOf(refused)])
  }
  return wrong
}

const CLASS_ZH: Readonly<Record<AdapterError['class'], string>> = {
  retry: '暂时无法连接',
  auth: '未获准进入',
  config: '设置有误',
  source: '对方应答不符合协议',
}

const wordsOf = (error: AdapterError): Words => ({
  zh: `${CLASS_ZH[error.class]}：${error.message}`,
  en: error.message,
})
