import type { Adapter } from '#adapters/adapter.ts'
import { checkMqtt } from './check.ts'
import { readMessages, type Tell } from './read.ts'
import { type MqttSettings, MqttSettingsForm, type MqttState, MqttStateForm } from './settings.ts'

/**
 * Instruments and scales by MQTT 5 or 3.1.1: subscriptions with QoS 1 in a session that the broker keeps, each message acknowledged after it
 * is stored. When a connection is lost the reading ends with `retry`, and the channel comes again with its own delays.
 */
export const mqtt: Adapter<MqttSettings, MqttState> = {
  name: 'mqtt',
  title: { zh: 'MQTT 订阅', en: 'MQTT' },
  description: {
    zh: '订阅消息服务器的主题，入库后才确认；断开期间的报文由服务器保留',
    en: 'Subscribes to topics of a broker and acknowledges what is stored; the broker keeps what is sent meanwhile',
  },
  settings: MqttSettingsForm,
  secrets: {
    password: { zh: '口令', en: 'Password' },
    ca: { zh: '签发服务器证书的 CA 证书（PEM）', en: 'Certificate of the authority of the broker, PEM' },
    certificate: { zh: '客户端证书（PEM）', en: 'Client certificate, PEM' },
    key: { zh: '客户端私钥（PEM）', en: 'Key of the client certificate, PEM' },
  },
  state: MqttStateForm,
  reads: 'listens',
  ordered: false,
  unnamed: ({ topics }) =>
    topics.flatMap(({ record }, i) => (record === undefined ? [`/settings/topics/${i}/record`] : [])),
  check: checkMqtt,
  read: readMessages,
  async acknowledge(_parts, { token }, taken) {
    // Another process has no connection to tell it by: the broker sends it again.
    if (typeof token === 'function') (token as Tell)(taken)
  },
}
