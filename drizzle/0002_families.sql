CREATE TABLE `dashboards` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`org_id` integer NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`model` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_by` integer,
	`updated_by` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dashboards_uid` ON `dashboards` (`org_id`,`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `dashboards_title` ON `dashboards` (`org_id`,`title`);--> statement-breakpoint
CREATE TABLE `invites` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`org_id` integer,
	`email` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`code_hash` text NOT NULL,
	`invited_by` integer,
	`is_email_sent` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`invited_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invites_code_hash_unique` ON `invites` (`code_hash`);--> statement-breakpoint
CREATE INDEX `invites_by_org` ON `invites` (`org_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `invites_by_email` ON `invites` (`email`);--> statement-breakpoint
CREATE TABLE `password_resets` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`code_hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `password_resets_code_hash_unique` ON `password_resets` (`code_hash`);--> statement-breakpoint
CREATE TABLE `quotas` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`org_id` integer,
	`user_id` integer,
	`target` text NOT NULL,
	`limit` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "quotas_owner" CHECK((org_id IS NULL) <> (user_id IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quotas_org` ON `quotas` (`org_id`,`target`);--> statement-breakpoint
CREATE UNIQUE INDEX `quotas_user` ON `quotas` (`user_id`,`target`);--> statement-breakpoint
CREATE TABLE `service_account_permissions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`service_account_id` integer NOT NULL,
	`user_id` integer,
	`team_id` integer,
	`permission` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "service_account_permissions_owner" CHECK((user_id IS NULL) <> (team_id IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `service_account_permissions_user` ON `service_account_permissions` (`service_account_id`,`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `service_account_permissions_team` ON `service_account_permissions` (`service_account_id`,`team_id`);--> statement-breakpoint
CREATE INDEX `service_account_permissions_by_user` ON `service_account_permissions` (`user_id`);--> statement-breakpoint
CREATE INDEX `service_account_permissions_by_team` ON `service_account_permissions` (`team_id`);--> statement-breakpoint
ALTER TABLE `org_members` ADD `email` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `org_members` ADD `login` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `org_members_in_order` ON `org_members` (`org_id`,`email`,`login`,`user_id`);--> statement-breakpoint
ALTER TABLE `service_accounts` ADD `permissions` text;--> statement-breakpoint
CREATE INDEX `service_accounts_by_name` ON `service_accounts` (`org_id`,`name`);