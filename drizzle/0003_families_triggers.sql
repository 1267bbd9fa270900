UPDATE org_members SET email = (SELECT email FROM users WHERE id = user_id), login = (SELECT login FROM users WHERE id = user_id);
--> statement-breakpoint
CREATE TRIGGER org_members_order_insert AFTER INSERT ON org_members BEGIN UPDATE org_members SET email = (SELECT email FROM users WHERE id = NEW.user_id), login = (SELECT login FROM users WHERE id = NEW.user_id) WHERE org_id = NEW.org_id AND user_id = NEW.user_id; END;
--> statement-breakpoint
CREATE TRIGGER users_order_update AFTER UPDATE OF login, email ON users BEGIN UPDATE org_members SET email = NEW.email, login = NEW.login WHERE user_id = NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER orgs_count_insert AFTER INSERT ON orgs BEGIN INSERT INTO counters (kind, n) VALUES ('orgs', 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER orgs_count_delete AFTER DELETE ON orgs BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'orgs' AND owner_id = 0; END;
--> statement-breakpoint
CREATE TRIGGER teams_count_insert AFTER INSERT ON teams BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('teams', NEW.org_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER teams_count_delete AFTER DELETE ON teams BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'teams' AND owner_id = OLD.org_id; END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_count_insert AFTER INSERT ON service_accounts BEGIN INSERT INTO counters (kind, owner_id, n) VALUES ('service_accounts', NEW.org_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_count_delete AFTER DELETE ON service_accounts BEGIN UPDATE counters SET n = n - 1 WHERE kind = 'service_accounts' AND owner_id = OLD.org_id; END;
--> statement-breakpoint
CREATE TRIGGER orgs_forget_counts AFTER DELETE ON orgs BEGIN DELETE FROM counters WHERE owner_id = OLD.id AND kind IN ('teams', 'service_accounts'); END;
--> statement-breakpoint
INSERT INTO counters (kind, n) SELECT 'orgs', count(*) FROM orgs WHERE true ON CONFLICT DO UPDATE SET n = excluded.n;
--> statement-breakpoint
INSERT INTO counters (kind, owner_id, n) SELECT 'teams', org_id, count(*) FROM teams WHERE true GROUP BY org_id ON CONFLICT DO UPDATE SET n = excluded.n;
--> statement-breakpoint
INSERT INTO counters (kind, owner_id, n) SELECT 'service_accounts', org_id, count(*) FROM service_accounts WHERE true GROUP BY org_id ON CONFLICT DO UPDATE SET n = excluded.n;
