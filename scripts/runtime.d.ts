// As much of the Workers runtime as src/ names where scripts use something of it: Node's types and the runtime's own
// (src/worker-configuration.d.ts) can't be loaded together.

declare module 'node:crypto' {
  namespace webcrypto {
    interface SubtleCrypto {
      timingSafeEqual(a: ArrayBuffer | ArrayBufferView, b: ArrayBuffer | ArrayBufferView): boolean
    }
  }
}

declare global {
  interface D1Result<T = unknown> {
    results: T[]
    meta: { changes: number; last_row_id: number; rows_read: number; rows_written: number }
  }

  interface D1PreparedStatement {
    bind(...values: unknown[]): D1PreparedStatement
    first<T>(): Promise<T | null>
    all<T>(): Promise<D1Result<T>>
    run<T>(): Promise<D1Result<T>>
    raw<T>(options: { columnNames: true }): Promise<[string[], ...T[]]>
    raw<T>(options?: { columnNames?: false }): Promise<T[]>
  }

  interface D1Database {
    prepare(query: string): D1PreparedStatement
    batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]>
    withSession(constraint?: string): D1DatabaseSession
  }

  interface D1DatabaseSession {
    prepare(query: string): D1PreparedStatement
    batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]>
    getBookmark(): string | null
  }

  interface Env {
    DB: D1Database
  }
}

export {}
