DROP INDEX `sessions_by_user`;--> statement-breakpoint
CREATE INDEX `sessions_of_user` ON `sessions` (`user_id`,`expires_at`);--> statement-breakpoint
CREATE INDEX `login_attempts_by_address` ON `login_attempts` (`address`,`at`);