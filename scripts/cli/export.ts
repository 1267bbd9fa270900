// `npm run export -- [file]`: the directory as a file that is yours (docs/export.md).

import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Database, withDatabase } from '../directory/database.ts'
import { openExport, rowsOf } from '../directory/export.ts'
import { toKratos } from '../directory/formats/kratos.ts'
import { toLogto } from '../directory/formats/logto.ts'
import type { Carried, Person } from '../directory/formats/people.ts'
import type { Counts } from '../directory/records.ts'
import { readSequences } from '../directory/sequences.ts'
import { Failure, Misuse, messageOf } from '../failure.ts'
import { type Command, parsed, whereIn, whereOptions } from './command.ts'
import { answer, remark } from './output.ts'

/** What becomes of one person in other systems. */
const elsewhere = new Map<string, (user: Person) => Carried>([
  ['kratos', toKratos],
  ['logto', toLogto],
])
const formats = ['jsonl', ...elsewhere.keys()]

const usage = `[file] [options]      without a file, or with -, to standard output

  --hashes              also hashes of passwords, tokens, sessions and invitations: handle the file like passwords
  --audit               also the audit log
  --format <name>       ${formats.join(', ')}; jsonl, which can be imported again, where not said
  --force               write over a file that is there
  --json                the summary as JSON
  --local, --remote     the database of this machine (where not said), or the deployed one
  --persist-to <folder> another local database than that of \`npm run dev\`
  --env <name>          an environment of wrangler.toml`

type Summary = {
  counts: Counts
  /** What is not carried, each with the ids of the users whose it is. */
  notCarried: Record<string, number[]>
  /** Requests that wrote something while the export was under way: it may have some of what they wrote, and not the rest. */
  writesMeanwhile: number
}

type Lines = { lines: AsyncIterable<string>; summary: Pick<Summary, 'counts' | 'notCarried'> }

async function everything(db: Database, options: { hashes: boolean; audit: boolean }): Promise<Lines> {
  const { lines, counts } = await openExport(db, options, new Date())
  return { lines: lines(), summary: { counts, notCarried: {} } }
}

/** People alone, as another system takes them. */
async function people(db: Database, convert: (user: Person) => Carried, hashes: boolean): Promise<Lines> {
  const known = await readSequences(db)
  const counts = { user: 0 }
  const notCarried: Summary['notCarried'] = {}
  function convertOne(user: Person): string {
    const { body, missing } = convert(user)
    for (const what of missing) {
      notCarried[what] ??= []
      notCarried[what].push(user.id)
    }
    if (body === undefined) return ''
    counts.user++
    return `${JSON.stringify(body)}\n`
  }
  async function* lines() {
    for await (const rows of rowsOf(db, 'user', known, { hashes }))
      yield rows.map((row) => convertOne({ ...row, id: Number(row.id) })).join('')
  }
  return { lines: lines(), summary: { counts, notCarried } }
}

const signals = ['SIGINT', 'SIGTERM'] as const
const interrupted = () => process.exit(130)

/** Under a name of its own until it is whole, and never readable by anybody else. */
async function writeFile(file: string, lines: AsyncIterable<string>): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`
  const remove = () => rmSync(unfinished, { force: true })
  // At whatever ends the process: the local runtime takes signals for itself, and ends it, too.
  process.once('exit', remove)
  for (const signal of signals) process.once(signal, interrupted)
  try {
    await pipeline(Readable.from(lines), createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }))
    renameSync(unfinished, file)
  } finally {
    remove()
    process.off('exit', remove)
    for (const signal of signals) process.off(signal, interrupted)
  }
}

const writeOut = (lines: AsyncIterable<string>) => pipeline(Readable.from(lines), process.stdout, { end: false })

/** Says what to do about it. Whatever has no words of its own here was said by the system or by the database. */
function explain(error: unknown, { where }: Options): Failure {
  const message = messageOf(error)
  const migrate = where.remote ? '`npm run deploy`' : '`npm run deploy -- --local`, or `npm run dev`,'
  if (/no such (table|column)/.test(message)) return new Failure(`The database is not migrated: ${migrate} does that.`)
  return new Failure(`Nothing was exported: ${message}`)
}

const many = (counts: Counts) =>
  Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ')

function* saidOf({ counts, notCarried, writesMeanwhile }: Summary, { hashes, format }: Options): Generator<string> {
  yield `Exported: ${many(counts)}`
  if (!hashes) {
    const lost = format === 'jsonl' ? ', and without tokens, sessions and invitations' : ''
    yield `People come without their passwords${lost}: --hashes exports these too.`
  }
  for (const [what, ids] of Object.entries(notCarried))
    yield `${ids.length} ${ids.length === 1 ? 'user' : 'users'}: ${what}: ${ids.join(', ')}`
  if (writesMeanwhile > 0)
    yield `${writesMeanwhile} requests wrote something meanwhile: export again while nobody does, for one moment of all.`
}

function readOptions(args: string[]) {
  const { values, positionals } = parsed({
    args,
    allowPositionals: true,
    options: {
      ...whereOptions,
      hashes: { type: 'boolean', default: false },
      audit: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      format: { type: 'string', default: 'jsonl' },
    },
  })
  if (positionals.length > 1) throw new Misuse('One file at most; a name with spaces needs quotes.')
  if (!formats.includes(values.format)) throw new Misuse(`--format is one of ${formats.join(', ')}.`)
  if (values.audit && values.format !== 'jsonl') throw new Misuse('--audit goes with the format jsonl only.')
  const file = positionals[0] === '-' ? undefined : positionals[0]
  if (file !== undefined && existsSync(file) && !values.force)
    throw new Failure(`${file} is there already: another name, or --force to write over it.`)
  return { ...values, file, where: whereIn(values) }
}

type Options = ReturnType<typeof readOptions>

async function write({ file, format, hashes, audit, where }: Options): Promise<Summary> {
  return await withDatabase(where, async (db) => {
    const before = await readSequences(db)
    const convert = elsewhere.get(format)
    const { lines, summary } = convert ? await people(db, convert, hashes) : await everything(db, { hashes, audit })
    await (file === undefined ? writeOut(lines) : writeFile(file, lines))
    const after = await readSequences(db)
    return { ...summary, writesMeanwhile: (after.audit ?? 0) - (before.audit ?? 0) }
  })
}

export const exportCommand: Command = {
  name: 'export',
  summary: 'the directory, or its people for another system, as a file',
  usage,
  run: async (args) => {
    const options = readOptions(args)
    const summary = await write(options).catch((error: unknown) => {
      throw explain(error, options)
    })
    // Standard output is the export's where there is no file.
    const isAnswer = options.file !== undefined && options.json
    if (isAnswer) await answer(true, summary, '')
    else if (options.json) remark(JSON.stringify(summary))
    else for (const line of saidOf(summary, options)) remark(line)
    return 0
  },
}
