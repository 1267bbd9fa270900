-- An invitation ends with the account of whoever sent it, or else it were a way back in.
CREATE TRIGGER invites_end_with_disable AFTER UPDATE OF is_disabled ON users WHEN NEW.is_disabled AND NOT OLD.is_disabled BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by = NEW.id AND status = 'InvitePending'; END;
--> statement-breakpoint
CREATE TRIGGER invites_end_with_delete BEFORE DELETE ON users BEGIN UPDATE invites SET status = 'Revoked' WHERE invited_by = OLD.id AND status = 'InvitePending'; END;
