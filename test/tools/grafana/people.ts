// People of a Grafana 9.3.2, with hashes that it made of these passwords, keys and cookies: what an import carries must go
// on opening by them. Nobody uses any of these anywhere.

export type Person = {
  id: number
  login: string
  email: string
  name: string
  password: string
  hash: string
  salt: string
  isAdmin?: boolean
  isDisabled?: boolean
}

export const people: readonly Person[] = [
  {
    id: 1,
    login: 'admin',
    email: 'admin@localhost',
    name: '',
    password: 'admin',
    hash: '76e97a234277b458d60e3aa9ef0d2c24dbf26a7474ac67ee52e82b890e8df830eca4f50c531c002b433d74e31dd93b2ba65f',
    salt: 'XGY9al5vQK',
    isAdmin: true,
  },
  {
    id: 2,
    login: 'RosaBrown0',
    email: 'Rosa.Brown+0@example.org',
    name: 'Rosa Brown',
    password: 'correct horse battery0',
    hash: '5f0631369409f123dd2e9c82b9aebc2f93a6a92f4efbfd033b6991de6937e5eb33328065f9b9a87dbbcfaaf6a9f9f5df8185',
    salt: 'K2S3C98MHH',
  },
  {
    id: 3,
    login: 'émile.patel1',
    email: 'Émile.Patel+1@example.org',
    name: 'Émile Patel',
    password: 'pässwörd1',
    hash: '343b858e7c9f383223d745df555887defd8fbd6e3a5e539284521ed34f38132ac17f48f969e870a3c7677c51e8eeec62c5ae',
    salt: 'OQFCtFxtU4',
  },
  {
    id: 5,
    login: 'jun.núñez3',
    email: 'Jun.Núñez+3@example.org',
    name: 'Jun Núñez',
    password: '  spaced  3',
    hash: '7c1c20eba84541bc6e9753c2cea6ca4c700e3c0f93361d7237437720f325ee55e1199ece6103230059c2cb20d15306ebf8ed',
    salt: 'uJEhv5DvYV',
    isAdmin: true,
  },
  {
    id: 6,
    login: 'olive.meyer4',
    email: 'Olive.Meyer+4@example.org',
    name: 'Olive Meyer',
    password: '日本語パスワード4',
    hash: '5f5772714281c3ba9db759d4851a2b1a7f52b4e70278923aeda94810a04e8716978ee5c1168182a1073d2db7cbb846c6bf6b',
    salt: 'XERgUDzDoz',
  },
  {
    id: 7,
    login: 'VicLind5',
    email: 'Vic.Lind+5@example.org',
    name: 'Vic Lind',
    password: `${'x'.repeat(80)}5`,
    hash: '69b1e517db080fc3285bb29daa019a9578c4876938783ea3992da067a25ad9a25df2fafa73589044484402e88f331d0a63f6',
    salt: 'CqOBV576FH',
    isDisabled: true,
  },
]

export const apiKeys = [
  {
    id: 2,
    name: 'key Editor 1',
    role: 'Editor',
    key: 'eyJrIjoiNnRoZ3BCMmxlZllRdEt6Y3lXc2kwbzdtTGNrdTRvSXYiLCJuIjoia2V5IEVkaXRvciAxIiwiaWQiOjF9',
    hash: '06fff95b499ec2d7f9c9095787cbb33f475f5bdb392b15eb5557526eddaff6b07f3f58e5471b08570c29decd145047ccdb69',
  },
  {
    id: 3,
    name: 'key Admin 1',
    role: 'Admin',
    key: 'eyJrIjoieFRyRTRsM0xxbU1qWTEya21wUmpyRVFPclVSRWx0NmQiLCJuIjoia2V5IEFkbWluIDEiLCJpZCI6MX0=',
    hash: 'f0d328227449b7535985cc86b8a174a50ec16bda8ff7b9b52f3577559bd03d07077097f9db0c1ff689219e0100a89b513bac',
  },
] as const

export const accountToken = {
  id: 4,
  name: 'token 1',
  accountId: 42,
  key: 'glsa_Wchu0R9J16sSAFk4SomG2KymC4qQz1xm_c45fc286',
  hash: '996f813020ba97d5d13126f49a30ee25855c02e234f2fddc8be64095681ad0308b221301371523960179fa2ec7d0b9816caa',
} as const

/** What Grafana's `secret_key` is where nobody sets it. */
export const secretKey = 'SW2YcwTIb9zpOOhoPsMm'

export const session = {
  id: 1,
  userId: 2,
  cookie: 'eccc499fd519e82bacdf66cb17270639',
  hash: '892fa23017bdcc4a8ff6eb41075eb0ce124d9cb5b05e55ecc80150450c6cfa3d',
} as const
