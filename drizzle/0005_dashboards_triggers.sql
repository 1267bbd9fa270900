CREATE TRIGGER dashboards_forget_stars AFTER DELETE ON dashboards BEGIN DELETE FROM stars WHERE dashboard = OLD.id; END;
