-- Links that get what a replay changes; null: all of them. A link that was made after the replay gets it anyway, because it gets everything.
alter table replays add column targets uuid[];
