CREATE TABLE `login_attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` text NOT NULL,
	`address` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `login_attempts_by_account` ON `login_attempts` (`account`,`address`,`at`);--> statement-breakpoint
CREATE INDEX `login_attempts_by_time` ON `login_attempts` (`at`);--> statement-breakpoint
CREATE TABLE `org_members` (
	`org_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`org_id`, `user_id`),
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "org_members_role" CHECK("org_members"."role" IN ('None', 'Viewer', 'Editor', 'Admin'))
);
--> statement-breakpoint
CREATE INDEX `org_members_by_user` ON `org_members` (`user_id`,`org_id`);--> statement-breakpoint
CREATE INDEX `org_members_admins` ON `org_members` (`org_id`,`user_id`) WHERE role = 'Admin';--> statement-breakpoint
CREATE TABLE `orgs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`address1` text DEFAULT '' NOT NULL,
	`address2` text DEFAULT '' NOT NULL,
	`city` text DEFAULT '' NOT NULL,
	`zip_code` text DEFAULT '' NOT NULL,
	`state` text DEFAULT '' NOT NULL,
	`country` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `orgs_name_unique` ON `orgs` (`name`);--> statement-breakpoint
CREATE TABLE `preferences` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`org_id` integer NOT NULL,
	`user_id` integer,
	`team_id` integer,
	`theme` text DEFAULT '' NOT NULL,
	`timezone` text DEFAULT '' NOT NULL,
	`week_start` text DEFAULT '' NOT NULL,
	`locale` text DEFAULT '' NOT NULL,
	`home_dashboard_id` integer DEFAULT 0 NOT NULL,
	`home_dashboard_uid` text DEFAULT '' NOT NULL,
	`navbar` text,
	`query_history` text,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `service_accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`org_id` integer NOT NULL,
	`name` text NOT NULL,
	`login` text NOT NULL,
	`role` text NOT NULL,
	`is_disabled` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `service_accounts_uid_unique` ON `service_accounts` (`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `service_accounts_login` ON `service_accounts` (`org_id`,`login`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`secret_hash` text NOT NULL,
	`legacy_hash` text,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_secret_hash_unique` ON `sessions` (`secret_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_legacy_hash_unique` ON `sessions` (`legacy_hash`);--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_by_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `stars` (
	`user_id` integer NOT NULL,
	`dashboard` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `dashboard`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `team_members` (
	`team_id` integer NOT NULL,
	`org_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`permission` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `user_id`),
	FOREIGN KEY (`team_id`,`org_id`) REFERENCES `teams`(`id`,`org_id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`org_id`,`user_id`) REFERENCES `org_members`(`org_id`,`user_id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "team_members_permission" CHECK("team_members"."permission" IN (0, 4))
);
--> statement-breakpoint
CREATE INDEX `team_members_by_user` ON `team_members` (`user_id`,`org_id`);--> statement-breakpoint
CREATE TABLE `teams` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`org_id` integer NOT NULL,
	`name` text NOT NULL,
	`email` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `teams_uid_unique` ON `teams` (`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `teams_name` ON `teams` (`org_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `teams_org` ON `teams` (`id`,`org_id`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`org_id` integer,
	`user_id` integer,
	`service_account_id` integer,
	`role` text,
	`permissions` text,
	`created_by` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`is_revoked` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "tokens_owner" CHECK((kind = 'personal' AND user_id IS NOT NULL) OR (kind = 'service_account' AND service_account_id IS NOT NULL) OR (kind = 'api_key' AND org_id IS NOT NULL AND role IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_api_key_name` ON `tokens` (`org_id`,`name`) WHERE kind = 'api_key';--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_personal_name` ON `tokens` (`user_id`,`name`) WHERE kind = 'personal';--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_service_account_name` ON `tokens` (`service_account_id`,`name`) WHERE kind = 'service_account';--> statement-breakpoint
CREATE TABLE `user_auth` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`module` text NOT NULL,
	`auth_id` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `user_auth_by_user` ON `user_auth` (`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`login` text NOT NULL,
	`email` text NOT NULL,
	`login_key` text NOT NULL,
	`email_key` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`theme` text DEFAULT '' NOT NULL,
	`org_id` integer DEFAULT 0 NOT NULL,
	`is_admin` integer DEFAULT false NOT NULL,
	`is_disabled` integer DEFAULT false NOT NULL,
	`help_flags` integer DEFAULT 0 NOT NULL,
	`must_change_password` integer DEFAULT false NOT NULL,
	`password_hash` text,
	`last_seen_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "users_have_names" CHECK("users"."login_key" <> '' AND "users"."email_key" <> ''),
	CONSTRAINT "users_password_not_empty" CHECK("users"."password_hash" <> '')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_uid_unique` ON `users` (`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_login` ON `users` (`login`,`id`);--> statement-breakpoint
CREATE INDEX `users_admins` ON `users` (`id`) WHERE is_admin = 1 AND is_disabled = 0;