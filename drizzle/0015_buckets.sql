-- Where in the order of logins the nth person is, without reading those before (docs/decisions/0009-buckets.md).
-- A person is counted by the greatest first_login up to their own; the row '' is always there.
CREATE TABLE login_buckets (first_login TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO login_buckets (first_login, n) SELECT iif(b = 0, '', min(login)), count(*) FROM (SELECT login, (row_number() OVER (ORDER BY login) - 1) / 1500 AS b FROM users) GROUP BY b;
--> statement-breakpoint
INSERT OR IGNORE INTO login_buckets (first_login, n) VALUES ('', 0);
--> statement-breakpoint
CREATE TRIGGER users_bucket_insert AFTER INSERT ON users BEGIN UPDATE login_buckets SET n = n + 1 WHERE first_login = (SELECT max(first_login) FROM login_buckets WHERE first_login <= NEW.login); END;
--> statement-breakpoint
CREATE TRIGGER users_bucket_delete AFTER DELETE ON users BEGIN UPDATE login_buckets SET n = n - 1 WHERE first_login = (SELECT max(first_login) FROM login_buckets WHERE first_login <= OLD.login); END;
--> statement-breakpoint
CREATE TRIGGER users_bucket_update AFTER UPDATE OF login ON users WHEN NEW.login <> OLD.login BEGIN UPDATE login_buckets SET n = n - 1 WHERE first_login = (SELECT max(first_login) FROM login_buckets WHERE first_login <= OLD.login); UPDATE login_buckets SET n = n + 1 WHERE first_login = (SELECT max(first_login) FROM login_buckets WHERE first_login <= NEW.login); END;
--> statement-breakpoint
CREATE TRIGGER login_buckets_split AFTER UPDATE OF n ON login_buckets WHEN NEW.n > 2000 BEGIN INSERT INTO login_buckets (first_login, n) SELECT login, NEW.n - 1000 FROM users WHERE login >= NEW.first_login ORDER BY login LIMIT 1 OFFSET 1000; UPDATE login_buckets SET n = 1000 WHERE first_login = NEW.first_login; END;
--> statement-breakpoint
CREATE TRIGGER login_buckets_shrink AFTER UPDATE OF n ON login_buckets WHEN NEW.n < OLD.n AND NEW.n < 1500 AND NEW.n % 100 = 0 BEGIN DELETE FROM login_buckets WHERE first_login = (SELECT min(first_login) FROM login_buckets WHERE first_login > NEW.first_login) AND n + (SELECT b.n FROM login_buckets b WHERE b.first_login < login_buckets.first_login ORDER BY b.first_login DESC LIMIT 1) < 1500; DELETE FROM login_buckets WHERE first_login = NEW.first_login AND n + (SELECT b.n FROM login_buckets b WHERE b.first_login < login_buckets.first_login ORDER BY b.first_login DESC LIMIT 1) < 1500; END;
--> statement-breakpoint
CREATE TRIGGER login_buckets_join AFTER DELETE ON login_buckets BEGIN UPDATE login_buckets SET n = n + OLD.n WHERE first_login = (SELECT max(first_login) FROM login_buckets WHERE first_login < OLD.first_login); END;
