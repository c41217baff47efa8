-- Run once, by the database's superuser, when the volume is new: the owner migrates, the app role serves and owns nothing.
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
create role service_engine_owner login createrole password :'owner_password';
create role service_engine_app login nobypassrls password :'app_password';
grant service_engine_app to service_engine_owner with admin option;
alter database service_engine owner to service_engine_owner;
