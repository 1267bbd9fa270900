CREATE INDEX `invites_by_inviter` ON `invites` (`invited_by`) WHERE invited_by IS NOT NULL;--> statement-breakpoint
CREATE INDEX `orgs_by_folded_name` ON `orgs` (lower("name"));--> statement-breakpoint
CREATE INDEX `tokens_by_org` ON `tokens` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tokens_by_user` ON `tokens` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tokens_by_service_account` ON `tokens` (`service_account_id`) WHERE service_account_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `sign_in_names_by_user` ON `sign_in_names` (`user_id`);
