ALTER TABLE `invites` ADD `invited_by_account` integer;--> statement-breakpoint
CREATE INDEX `invites_by_account` ON `invites` (`invited_by_account`) WHERE invited_by_account IS NOT NULL;--> statement-breakpoint
-- As in drizzle/0014_invites_end.sql, for invitations that a service account's token sent.
CREATE TRIGGER invites_end_with_account_disable AFTER UPDATE OF is_disabled ON service_accounts WHEN NEW.is_disabled AND NOT OLD.is_disabled BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by_account = NEW.id AND status = 'InvitePending'; END;
--> statement-breakpoint
CREATE TRIGGER invites_end_with_account_delete BEFORE DELETE ON service_accounts BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by_account = OLD.id AND status = 'InvitePending'; END;
