-- What the overview counts, by day: `owner_id` is the day in UTC, in days since 1970. Failed sign-ins are counted where they
-- turn out to be some (src/auth/attempts.ts), under 'failures'; days long gone are thrown away (src/housekeeping.ts).
-- 'seen': the users by the day on which they were last there, 0 = never. Within a day nothing changes, and nothing is written.
CREATE TRIGGER users_seen_insert AFTER INSERT ON users BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('seen', NEW.seen_key / 86400, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER users_seen_update AFTER UPDATE OF last_seen_at ON users WHEN NEW.seen_key / 86400 <> OLD.seen_key / 86400 BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'seen' AND owner_id = OLD.seen_key / 86400; INSERT INTO counters (kind, owner_id, n) VALUES ('seen', NEW.seen_key / 86400, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER users_seen_delete AFTER DELETE ON users BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'seen' AND owner_id = OLD.seen_key / 86400; END;
--> statement-breakpoint
INSERT INTO counters (kind, owner_id, n) SELECT 'seen', seen_key / 86400, count(*) FROM users WHERE true GROUP BY seen_key / 86400 ON CONFLICT DO UPDATE SET n = excluded.n;
--> statement-breakpoint
-- 'sign-ins': sessions opened, whether or not they are there still.
CREATE TRIGGER sessions_count_insert AFTER INSERT ON sessions BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('sign-ins', NEW.created_at / 86400, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
