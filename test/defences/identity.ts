import type { Defence } from './defence.ts'

const notFolded = {
  file: 'src/auth/queries.ts',
  without: "name.normalize('NFC').toLowerCase()",
  put: "name.normalize('NFC')",
}

const oneOwner = {
  file: 'drizzle/0001_triggers.sql',
  without:
    'name_key TEXT NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE) WITHOUT ROWID',
  put: 'name_key TEXT NOT NULL, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, PRIMARY KEY (name_key, user_id)) WITHOUT ROWID',
}

const oneByOne = {
  'when fifty ask for it at once: one gets it': [notFolded, oneOwner],
  'when fifty people are renamed to it at once: one is': [notFolded, oneOwner],
  'as login and as e-mail, in any case and form, whatever is made and renamed': [notFolded, oneOwner],
}

/** A table whose numbers start again after the last row. */
const countedAnew = ['users', 'orgs', 'teams', 'service_accounts', 'tokens', 'sessions'].map((table) => ({
  of: 'E5',
  file: 'drizzle/0000_schema.sql',
  without: `CREATE TABLE \`${table}\` (\n\t\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,`,
  put: `CREATE TABLE \`${table}\` (\n\t\`id\` integer PRIMARY KEY NOT NULL,`,
  test: 'integrity.test.ts',
  title: '%s is never given twice',
}))

const ofUser = ',\n\tFOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade'

/** Whose rows outlive the person: by the lines before the foreign key. */
const outliving = [
  ['drizzle/0000_schema.sql', '`seen_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL'],
  ['drizzle/0004_dashboards.sql', 'PRIMARY KEY(`user_id`, `dashboard`)'],
  [
    'drizzle/0000_schema.sql',
    'PRIMARY KEY(`org_id`, `user_id`),\n\tFOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade',
  ],
].map(([file = '', before = '']) => ({
  of: 'E4',
  file,
  without: before + ofUser,
  put: before,
  test: 'people.test.ts',
  title: 'is gone with everything of theirs',
}))

/** Classes E: identity. */
export const identity: Defence[] = [
  ...Object.entries(oneByOne).flatMap(([title, defences]) =>
    defences.map((defence) => ({ of: 'E1', ...defence, test: 'integrity.test.ts', title })),
  ),
  {
    of: 'E2',
    file: 'src/users/routes.ts',
    without: 'if (login !== user.login || (email',
    put: 'if (login === user.login && (email',
    test: 'tokens.test.ts',
    title: 'with limits rename nobody into an account that mail can take over',
  },
  {
    of: 'E2',
    file: 'src/users/routes.ts',
    without: 'if (login !== user.login || (email',
    put: 'if (login !== user.login && (email',
    test: 'tokens.test.ts',
    title: 'with limits rename nobody into an account that mail can take over',
  },
  {
    of: 'E2',
    file: 'src/users/queries.ts',
    without: '.where(and(eq(users.id, id), notExists(external), isTakenOver(db, id, reach), seen',
    put: '.where(and(eq(users.id, id), notExists(external), seen',
    test: 'tokens.test.ts',
    title: 'with limits rename nobody into an account that mail can take over',
  },
  {
    of: 'E2',
    file: 'src/users/routes.ts',
    without: 'tellFormer(c, id, before, names.email)',
    put: 'Promise.resolve()',
    test: 'emailChange.test.ts',
    title: 'is told to the old one, by whomever it was changed',
  },
  {
    of: 'E3',
    file: 'src/users/rules.ts',
    without: '/[\\p{Cc}\\p{Cf}\\p{Co}\\p{DI}\\u2800]|[^\\S ]/u',
    put: '/\\p{Cc}/u',
    test: 'integrity.test.ts',
    title: 'what a name may hold %sis not %s',
  },
  {
    of: 'E3',
    file: 'src/auth/queries.ts',
    without: "name.normalize('NFC').toLowerCase()",
    put: "name.normalize('NFC').toLowerCase().replaceAll('\\u0430', 'a')",
    test: 'integrity.test.ts',
    title: 'may look like another in another alphabet: documented, and never the same account',
  },
  ...outliving,
  ...countedAnew,
  {
    of: 'E6',
    file: 'src/passwordReset/codes.ts',
    without: '=> secretHash(`',
    put: '=> String(`',
    test: 'passwordReset.test.ts',
    title: 'changes the password once, and ends every session',
  },
  {
    of: 'E6',
    file: 'src/passwordReset/queries.ts',
    without: '    db.delete(sessions).where(and(eq(sessions.userId, userId), exists(changed))),\n',
    put: '',
    test: 'passwordReset.test.ts',
    title: 'changes the password once, and ends every session',
  },
  {
    of: 'E6',
    file: 'src/passwordReset/queries.ts',
    without: '`,\n          exists(underWay),',
    put: ' IS NOT NULL`,',
    test: 'passwordReset.test.ts',
    title: 'used by two at once changes the password once',
  },
  {
    of: 'E6',
    file: 'src/passwordReset/routes.ts',
    without: 'to: user.email,',
    put: 'to: name,',
    test: 'passwordReset.test.ts',
    title: 'goes to the address of the account, whatever was typed, and names the configured address',
  },
  {
    of: 'E6',
    file: 'src/mail/links.ts',
    without: 'c.var.config.rootUrl ??',
    put: "c.req.header('Origin') ??",
    test: 'passwordReset.test.ts',
    title: 'goes to the address of the account, whatever was typed, and names the configured address',
  },
  {
    of: 'E6',
    file: 'src/signUp/queries.ts',
    without: 'WHERE code_hash = ?9 AND status = ?10 AND expires_at > ?8',
    put: 'WHERE code_hash = ?9 AND ?10 IS NOT NULL AND expires_at > ?8',
    test: 'invites.test.ts',
    title: 'happens once, however many accept at once',
  },
  {
    of: 'E7',
    file: 'src/passwordReset/routes.ts',
    without: 'if (!canSendMail(c)) throw noMail()',
    put: 'if (!canSendMail(c)) throw noMail()\n    if (!(await findResettable(c.var.db, userOrEmail))) throw invalidCode()',
    test: 'passwordReset.test.ts',
    title: 'is said to be sent for names that nobody has, and for accounts that have none',
  },
  {
    of: 'E7',
    file: 'src/passwordReset/routes.ts',
    without: 'c.executionCtx.waitUntil(c.var.deed.rest)',
    put: 'await c.var.deed.rest',
    test: 'passwordReset.test.ts',
    title: 'is answered before anything is looked up, so that time tells nothing',
  },
]
