import type { SettingMistake, Settings } from './settings.ts'

/** Addresses that no other machine reaches. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Plain HTTP on an address that other machines reach, where keys and records could be read on their way. A worker does not listen. */
export function plainForOthers({ host, tlsCert, tlsKey, role }: Settings): SettingMistake[] {
  if (tlsCert || tlsKey || role === 'worker' || isLoopback(host)) return []
  return [
    {
      name: 'HUB_HOST',
      value: host,
      reason: {
        zh: '其他机器可以访问该地址，而明文 HTTP 会泄露密钥和数据。',
        en: 'Other machines reach this address, and plain HTTP would show them keys and records.',
      },
      fix: {
        zh: '请设置 HUB_TLS_CERT 和 HUB_TLS_KEY，或改用 127.0.0.1 并由本机代理终止 TLS；确知网络可信时可设 HUB_INSECURE_HOST=on。',
        en: 'Set HUB_TLS_CERT and HUB_TLS_KEY, or use 127.0.0.1 behind a proxy on this machine that ends TLS; where the network itself is safe, HUB_INSECURE_HOST=on.',
      },
    },
  ]
}
