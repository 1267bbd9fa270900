CREATE TABLE `roles` (
	`uid` text PRIMARY KEY NOT NULL,
	`org_id` integer NOT NULL,
	`name` text NOT NULL,
	`display_name` text DEFAULT '' NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`group_name` text DEFAULT '' NOT NULL,
	`is_hidden` integer DEFAULT false NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`permissions` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `roles_name` ON `roles` (`org_id`,`name`);--> statement-breakpoint
CREATE TABLE `role_assignments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`role_uid` text NOT NULL,
	`org_id` integer NOT NULL,
	`user_id` integer,
	`service_account_id` integer,
	`team_id` integer,
	`basic_rank` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "role_assignments_owner" CHECK((user_id IS NOT NULL) + (service_account_id IS NOT NULL) + (team_id IS NOT NULL) + (basic_rank IS NOT NULL) = 1)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `role_assignments_user` ON `role_assignments` (`user_id`,`org_id`,`role_uid`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `role_assignments_service_account` ON `role_assignments` (`service_account_id`,`org_id`,`role_uid`) WHERE service_account_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `role_assignments_team` ON `role_assignments` (`team_id`,`org_id`,`role_uid`) WHERE team_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `role_assignments_basic` ON `role_assignments` (`org_id`,`basic_rank`,`role_uid`) WHERE basic_rank IS NOT NULL;--> statement-breakpoint
CREATE INDEX `role_assignments_by_role` ON `role_assignments` (`role_uid`,`org_id`);--> statement-breakpoint
CREATE INDEX `role_assignments_by_org` ON `role_assignments` (`org_id`);--> statement-breakpoint
ALTER TABLE `team_members` ADD `has_roles` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `team_members_with_roles` ON `team_members` (`user_id`,`org_id`,`team_id`) WHERE has_roles = 1;--> statement-breakpoint
ALTER TABLE `tokens` ADD `created_by_account` integer;