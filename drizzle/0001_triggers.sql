CREATE UNIQUE INDEX preferences_owner ON preferences (org_id, ifnull(user_id, 0), ifnull(team_id, 0));
--> statement-breakpoint
CREATE TABLE sign_in_names (name_key TEXT NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE counters (kind TEXT NOT NULL, owner_id INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, owner_id)) WITHOUT ROWID;
--> statement-breakpoint
CREATE VIRTUAL TABLE user_search USING fts5(words, content='', contentless_delete=1, tokenize='trigram');
--> statement-breakpoint
CREATE TRIGGER users_name_insert AFTER INSERT ON users BEGIN INSERT INTO sign_in_names (name_key, user_id) SELECT NEW.login_key, NEW.id UNION SELECT NEW.email_key, NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER users_name_update AFTER UPDATE OF login_key, email_key ON users BEGIN DELETE FROM sign_in_names WHERE name_key IN (OLD.login_key, OLD.email_key) AND user_id = OLD.id; INSERT INTO sign_in_names (name_key, user_id) SELECT NEW.login_key, NEW.id UNION SELECT NEW.email_key, NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER users_name_delete BEFORE DELETE ON users BEGIN DELETE FROM sign_in_names WHERE name_key IN (OLD.login_key, OLD.email_key) AND user_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN INSERT INTO user_search (rowid, words) VALUES (NEW.id, NEW.login || char(31) || NEW.email || char(31) || NEW.name); END;
--> statement-breakpoint
CREATE TRIGGER users_search_update AFTER UPDATE OF login, email, name ON users BEGIN UPDATE user_search SET words = NEW.login || char(31) || NEW.email || char(31) || NEW.name WHERE rowid = NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN DELETE FROM user_search WHERE rowid = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER users_count_insert AFTER INSERT ON users BEGIN INSERT INTO counters (kind, n) VALUES ('users', 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER users_count_delete AFTER DELETE ON users BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'users' AND owner_id = 0; END;
--> statement-breakpoint
CREATE TRIGGER org_members_count_insert AFTER INSERT ON org_members BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('org_members', NEW.org_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER org_members_count_delete AFTER DELETE ON org_members BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'org_members' AND owner_id = OLD.org_id; END;
--> statement-breakpoint
CREATE TRIGGER team_members_count_insert AFTER INSERT ON team_members BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('team_members', NEW.team_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER team_members_count_delete AFTER DELETE ON team_members BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'team_members' AND owner_id = OLD.team_id; END;
--> statement-breakpoint
CREATE TRIGGER orgs_forget_count AFTER DELETE ON orgs BEGIN DELETE FROM counters WHERE kind = 'org_members' AND owner_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER teams_forget_count AFTER DELETE ON teams BEGIN DELETE FROM counters WHERE kind = 'team_members' AND owner_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER keep_last_admin_update BEFORE UPDATE OF is_admin, is_disabled ON users WHEN OLD.is_admin = 1 AND OLD.is_disabled = 0 AND (NEW.is_admin = 0 OR NEW.is_disabled = 1) AND NOT EXISTS (SELECT 1 FROM users WHERE is_admin = 1 AND is_disabled = 0 AND id <> OLD.id) BEGIN SELECT RAISE(ABORT, 'rule: cannot remove last grafana admin'); END;
--> statement-breakpoint
CREATE TRIGGER keep_last_admin_delete BEFORE DELETE ON users WHEN OLD.is_admin = 1 AND OLD.is_disabled = 0 AND NOT EXISTS (SELECT 1 FROM users WHERE is_admin = 1 AND is_disabled = 0 AND id <> OLD.id) BEGIN SELECT RAISE(ABORT, 'rule: cannot remove last grafana admin'); END;
--> statement-breakpoint
CREATE TRIGGER keep_last_org_admin_update BEFORE UPDATE OF role ON org_members WHEN OLD.role = 'Admin' AND NEW.role <> 'Admin' AND NOT EXISTS (SELECT 1 FROM org_members WHERE org_id = OLD.org_id AND role = 'Admin' AND user_id <> OLD.user_id) BEGIN SELECT RAISE(ABORT, 'rule: Cannot change role so that there is no organization admin left'); END;
--> statement-breakpoint
CREATE TRIGGER keep_last_org_admin_delete BEFORE DELETE ON org_members WHEN OLD.role = 'Admin' AND EXISTS (SELECT 1 FROM orgs WHERE id = OLD.org_id) AND NOT EXISTS (SELECT 1 FROM org_members WHERE org_id = OLD.org_id AND role = 'Admin' AND user_id <> OLD.user_id) BEGIN SELECT RAISE(ABORT, 'rule: Cannot remove last organization admin'); END;
--> statement-breakpoint
CREATE TRIGGER org_members_leave AFTER DELETE ON org_members BEGIN UPDATE users SET org_id = coalesce((SELECT min(org_id) FROM org_members WHERE user_id = OLD.user_id), 0) WHERE id = OLD.user_id AND org_id = OLD.org_id; END;
