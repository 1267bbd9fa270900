CREATE TABLE `__new_stars` (
	`user_id` integer NOT NULL,
	`dashboard` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `dashboard`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_stars`("user_id", "dashboard", "created_at") SELECT "user_id", "dashboard", "created_at" FROM `stars` WHERE "dashboard" NOT GLOB '*[^0-9]*';--> statement-breakpoint
DROP TABLE `stars`;--> statement-breakpoint
ALTER TABLE `__new_stars` RENAME TO `stars`;--> statement-breakpoint
CREATE INDEX `stars_by_dashboard` ON `stars` (`dashboard`);--> statement-breakpoint
CREATE TABLE `__new_dashboards` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`org_id` integer NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_by` integer,
	`updated_by` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`model` text NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_dashboards`("id", "uid", "org_id", "title", "slug", "version", "created_by", "updated_by", "created_at", "updated_at", "model") SELECT "id", "uid", "org_id", "title", "slug", "version", "created_by", "updated_by", "created_at", "updated_at", "model" FROM `dashboards`;--> statement-breakpoint
DROP TABLE `dashboards`;--> statement-breakpoint
ALTER TABLE `__new_dashboards` RENAME TO `dashboards`;--> statement-breakpoint
CREATE UNIQUE INDEX `dashboards_uid` ON `dashboards` (`org_id`,`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `dashboards_title` ON `dashboards` (`org_id`,`title`);
