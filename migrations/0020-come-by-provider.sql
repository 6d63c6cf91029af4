-- Somebody who has an account here already comes by the agency's own sign-in from now on, where an administrator allows it: until
-- then, the next who signs in there with their confirmed address is them. Once; null: nobody is waited for.
alter table person add column provider_until timestamptz;
grant update (provider_until) on person to holdfast_app;
