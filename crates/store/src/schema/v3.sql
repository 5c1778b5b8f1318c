-- Version 3: which version of which list a listing was read from. Never edit a released step: add the next one.

ALTER TABLE mark_listing ADD COLUMN list TEXT;
