-- What is known of the kilograms of a case, and until when one may object (docs/adr/0034-cases.md).

-- Whether all goods that held_mass counts tell their kilograms: false as well for cases that were not made anew since, of which nobody knows.
alter table cases add column weighed boolean not null default false;
-- The end of the time for an objection to what was told last. It stays where the objection is made or decided; null for cases that did not move since.
alter table cases add column objection_until timestamptz;
-- Kilograms that were known to be held, all of them weighed, when goods were disposed of.
alter table case_events add column held_mass numeric;
