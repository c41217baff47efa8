-- The app role's own limits of time, for whatever logs in as it: the server sets the same for each of its connections
-- (src/kernel/db.ts), a person with psql does not. Roles that are members of it don't inherit them.
-- In this database only: the role may serve others of the same cluster.
do $$
begin
  execute format('alter role service_engine_app in database %I set statement_timeout = %L', current_database(), '10s');
  execute format('alter role service_engine_app in database %I set lock_timeout = %L', current_database(), '5s');
  execute format(
    'alter role service_engine_app in database %I set idle_in_transaction_session_timeout = %L', current_database(), '15s');
exception
  -- Where somebody else made the role, its limits are theirs to set; see README, Deploying.
  when insufficient_privilege then
    raise notice 'The owner may not set the time limits of service_engine_app.';
end
$$;
