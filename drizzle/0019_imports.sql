-- How far each import got (scripts/directory/write.ts): written in the batch of the chunk that it counts. `source` is the
-- SHA-256 of what is imported, `finished_at` null while chunks are missing.
CREATE TABLE imports (source TEXT NOT NULL PRIMARY KEY, chunks_done INTEGER NOT NULL, chunks INTEGER NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER) WITHOUT ROWID;
