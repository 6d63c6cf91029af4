-- An agency's administrator connects the identity provider on a page, and the server then opens its addresses. Whoever does not run
-- the machine must not lead it into the network around it: what was connected on the page is asked on public addresses alone.
-- What whoever runs the machine connected (`holdfast provider set`) may stand in the city's own network.
alter table identity_provider add column reach text not null default 'any' check (reach in ('any', 'public'));
alter table identity_provider alter column reach drop default;
grant update (reach) on identity_provider to holdfast_app;
