import { describe, expect, it } from 'vitest'
import { blocksOf } from './docs/blocks.ts'
import { commandsOf, matches } from './docs/commands.ts'
import { merged } from './docs/settings.ts'

const fence = '```'

describe('the blocks of a page', () => {
  it('are found with their line, language and reason', () => {
    const page = `# Page\n\n${fence}sh remote\nls\n${fence}\n\n<!-- not run: asks -->\n\n1. One\n\n   ${fence}sh\n   cd\n   ${fence}\n`
    expect(blocksOf('a.md', page)).toEqual([
      { file: 'a.md', line: 4, language: 'sh', attributes: ['remote'], text: 'ls\n' },
      { file: 'a.md', line: 12, language: 'sh', attributes: [], text: 'cd\n' },
    ])
    expect(blocksOf('a.md', page.replace('1. One\n\n', ''))[1]).toMatchObject({ notRun: 'asks' })
  })

  it('must end', () => {
    expect(() => blocksOf('a.md', `${fence}sh\nls\n`)).toThrow('a.md:1: this block has no end')
  })
})

describe('the commands of a block', () => {
  it('go on over lines, and have what they print below', () => {
    const block = `# First\ncurl -d '{"a":\n1}' \\\n  address\n# {"id":1,"name":"}"}: a number\n# and prose\nls\n`
    expect(commandsOf(block, 10)).toEqual([
      { text: `curl -d '{"a":\n1}' \\\n  address\n`, line: 11, expected: '{"id":1,"name":"}"}' },
      { text: 'ls\n', line: 16 },
    ])
  })

  it('that Bash cannot read are refused', () => {
    expect(() => commandsOf("echo 'open\n", 3)).toThrow("line 3: Bash can't read this")
  })

  it.each([
    ['{"id":1}', '{ "id": 1 }\n', true],
    ['{"id":2}', '{"id":1}', false],
    ['{"id":1}', '{"id":1,"more":2}', false],
    ['{"id":1,…}', '{"id":1,"more":2}', true],
    ['{"key":"rcpat_…"}', '{"key":"rcpat_abc"}', true],
    ['{"key":"rcpat_…"}', '{"message":"Unauthorized"}', false],
    ['{"a":"."}', '{"a":"b"}', false],
  ])('are held to %s where they print %s: %s', (expected, printed, outcome) => {
    expect(matches(printed, expected)).toBe(outcome)
  })
})

it('a piece of wrangler.toml goes where it belongs', () => {
  const toml = 'name = "rollcall"\n\n[vars]\nADMIN_USER = "admin"\n\n[[ratelimits]]\nname = "A"\n'
  expect(merged(toml, 'routes = []\n\n[vars]\nROOT_URL = "https://a"\n\n[[ratelimits]]\nname = "B"\n')).toBe(
    'name = "rollcall"\n\nroutes = []\n\n\n[vars]\nROOT_URL = "https://a"\nADMIN_USER = "admin"\n\n[[ratelimits]]\nname = "A"\n\n[[ratelimits]]\nname = "B"\n',
  )
})
