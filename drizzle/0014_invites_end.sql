-- An invitation ends with the account of whoever sent it, and a password reset with the address that it was mailed to, or else each were a way back in.
CREATE TRIGGER invites_end_with_disable AFTER UPDATE OF is_disabled ON users WHEN NEW.is_disabled AND NOT OLD.is_disabled BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by = NEW.id AND status = 'InvitePending'; END;
--> statement-breakpoint
CREATE TRIGGER invites_end_with_delete BEFORE DELETE ON users BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by = OLD.id AND status = 'InvitePending'; END;
--> statement-breakpoint
CREATE TRIGGER resets_end_with_email AFTER UPDATE OF email_key ON users WHEN NEW.email_key <> OLD.email_key BEGIN DELETE FROM password_resets WHERE user_id = NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER resets_end_with_disable AFTER UPDATE OF is_disabled ON users WHEN NEW.is_disabled AND NOT OLD.is_disabled BEGIN DELETE FROM password_resets WHERE user_id = NEW.id; END;
