import { describe, expect, it } from 'vitest'
import { as, person, root } from './support/client.ts'
import { mailing, mailsTo } from './support/mailbox.ts'

const notice = {
  from: 'rollcall@example.org',
  subject: 'Your e-mail address was changed',
  text: expect.stringMatching(/^The account with this e-mail address has another one now(?![\s\S]*(thief@|nell))/),
}

describe('a changed e-mail address', () => {
  it('is told to the old one, by whomever it was changed', async () => {
    const id = await person('nell', { email: 'nell@example.org' })
    const self = as('nell:pass', mailing)
    expect((await self.put('/api/user', { email: 'nell@example.org', login: 'nell', name: 'N' })).status).toBe(200)
    expect(await mailsTo('nell@example.org')).toEqual([])
    expect((await self.put('/api/user', { email: 'thief@example.org', login: 'nell' })).status).toBe(200)
    expect(await mailsTo('nell@example.org')).toMatchObject([notice])
    await as(root, mailing).put(`/api/users/${id}`, { email: 'nell@example.org', login: 'nell' })
    expect(await mailsTo('thief@example.org')).toMatchObject([{ subject: notice.subject }])
    expect(await mailsTo('nell@example.org')).toHaveLength(1)
  })

  it('that was refused is told to nobody', async () => {
    await person('otto', { email: 'otto@example.org' })
    const self = as('otto:pass', mailing)
    expect((await self.put('/api/user', { email: 'admin@localhost', login: 'otto' })).status).toBe(409)
    expect(await mailsTo('otto@example.org')).toEqual([])
  })

  it('is changed where no mail is configured, or none can be sent', async () => {
    await person('pia', { email: 'pia@example.org' })
    expect((await as('pia:pass').put('/api/user', { email: 'pia2@example.org', login: 'pia' })).status).toBe(200)
    const broken = { ...mailing, MAIL_WEBHOOK_URL: `${mailing.MAIL_WEBHOOK_URL}500` }
    expect((await as('pia:pass', broken).put('/api/user', { email: 'pia3@example.org', login: 'pia' })).status).toBe(
      200,
    )
  })
})
