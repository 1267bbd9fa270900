CREATE TRIGGER roles_forget_assignments AFTER DELETE ON roles BEGIN DELETE FROM role_assignments WHERE role_uid = OLD.uid; END;
--> statement-breakpoint
CREATE TRIGGER orgs_forget_roles AFTER DELETE ON orgs BEGIN DELETE FROM role_assignments WHERE org_id = OLD.id; DELETE FROM roles WHERE org_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER org_members_leave_roles AFTER DELETE ON org_members BEGIN DELETE FROM role_assignments WHERE user_id = OLD.user_id AND org_id = OLD.org_id; END;
--> statement-breakpoint
CREATE TRIGGER team_members_join_roles AFTER INSERT ON team_members WHEN EXISTS (SELECT 1 FROM role_assignments WHERE team_id = NEW.team_id) BEGIN UPDATE team_members SET has_roles = 1 WHERE team_id = NEW.team_id AND user_id = NEW.user_id; END;
--> statement-breakpoint
CREATE TRIGGER role_assignments_team_insert AFTER INSERT ON role_assignments WHEN NEW.team_id IS NOT NULL BEGIN UPDATE team_members SET has_roles = 1 WHERE team_id = NEW.team_id AND has_roles = 0; END;
--> statement-breakpoint
CREATE TRIGGER role_assignments_team_delete AFTER DELETE ON role_assignments WHEN OLD.team_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM role_assignments WHERE team_id = OLD.team_id) BEGIN UPDATE team_members SET has_roles = 0 WHERE team_id = OLD.team_id; END;
