import { logIn } from '../../support/client.ts'
import { facts, nine, ok } from '../facts.ts'
import { by, password, profile, registerUpTo, second } from '../people.ts'

const address = '203.0.113.7'
const apple = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.3'
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome'
const browsers = {
  chrome: `Mozilla/5.0 (X11; Linux x86_64) ${chrome}/90.0.4430.93 Safari/537.36`,
  safari: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${apple} Safari/605.1.15`,
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:89.0) Gecko/20100101 Firefox/89.0',
  phone: `Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) ${apple} Mobile/15E148 Safari/604.1`,
  curl: 'curl/7.88.1',
  edge: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}/91.0.4472.124 Safari/537.36 Edg/91.0.864.64`,
}

const device = (
  id: number,
  device: string,
  os: string,
  osVersion: string,
  browser: string,
  browserVersion: string,
) => ({
  id,
  isActive: false,
  clientIp: address,
  device,
  os,
  osVersion,
  browser,
  browserVersion,
  createdAt: 'TIME',
  seenAt: 'TIME',
})

const devices = [
  device(1, 'Other', 'Linux', '', 'Chrome', '90.0'),
  device(2, 'Mac', 'Mac OS X', '10.15', 'Safari', '14.0'),
  device(3, 'Other', 'Windows', '10', 'Firefox', '89.0'),
  device(4, 'iPhone', 'iOS', '14.4', 'Mobile Safari', '14.0'),
  device(5, 'Other', 'Other', '', 'curl', '7.88'),
  device(6, 'Other', 'Windows', '10', 'Edge', '91.0'),
]
const list = { ask: 'GET /api/user/auth-tokens' }
const edge = { cookie: 'edge' }

facts(
  'User API > Auth tokens of the actual User',
  nine,
  [
    { ...list, name: 'six devices, by password', who: by(second), gives: ok(devices) },
    {
      name: 'one of them comes back as another program',
      who: edge,
      ask: 'GET /api/user',
      headers: { 'User-Agent': 'curl/8', 'X-Real-IP': '198.51.100.3' },
      gives: ok(profile(second)),
    },
    { ...list, name: 'and is shown as it was', who: by(second), gives: ok(devices) },
    {
      ...list,
      name: 'the calling one is active',
      who: edge,
      gives: ok(devices.map((device) => ({ ...device, isActive: device.id === 6 }))),
    },
  ],
  async () => {
    await registerUpTo(second)
    const names: Record<string, string> = {}
    for (const [name, agent] of Object.entries(browsers)) {
      const { cookie } = await logIn(second.login, password, { 'User-Agent': agent, 'CF-Connecting-IP': address })
      names[name] = cookie
    }
    return names
  },
)
