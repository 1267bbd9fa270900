ALTER TABLE `users` ADD `seen_key` integer GENERATED ALWAYS AS (ifnull(last_seen_at, 0)) VIRTUAL;--> statement-breakpoint
CREATE INDEX `users_by_last_seen` ON `users` (`seen_key`,`login`,`id`);--> statement-breakpoint
CREATE INDEX `users_by_email` ON `users` (`email`,`id`);--> statement-breakpoint
CREATE INDEX `users_by_name` ON `users` (`name`,`login`,`id`);--> statement-breakpoint
CREATE INDEX `users_by_admin` ON `users` (`login`,`id`) WHERE is_admin = 1;--> statement-breakpoint
CREATE INDEX `users_by_disabled` ON `users` (`login`,`id`) WHERE is_disabled = 1;