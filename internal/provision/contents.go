package provision

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// contents is what there is in the database before.
type contents struct {
	schema bool
	public bool     // is there a schema of that name
	owned  []string // ALTER … OWNER TO {writer}, for each thing in the schema that is another's
}

func lookAtContents(ctx context.Context, conn *pgx.Conn, r roles) (c contents, err error) {
	err = conn.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL, to_regnamespace('public') IS NOT NULL", schema).Scan(&c.schema, &c.public)
	if err != nil {
		return c, err
	}
	rows, _ := conn.Query(ctx, othersThings, schema, r.writer) // its error is CollectRows' too
	c.owned, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return c, err
}

// othersThings are the schema and what is in it, where the writer does not own it. A sequence behind a column, and the
// type of a table, follow their table. ALTER TABLE takes views and sequences, too.
const othersThings = `
	WITH in_schema AS (SELECT oid FROM pg_namespace WHERE nspname = $1)
	SELECT format('ALTER SCHEMA %I OWNER TO {writer}', nspname)
	FROM pg_namespace WHERE nspname = $1 AND pg_get_userbyid(nspowner) <> $2
	UNION ALL
	SELECT format('ALTER TABLE %I.%I OWNER TO {writer}', $1, relname)
	FROM pg_class c WHERE relnamespace = (TABLE in_schema) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
	     AND pg_get_userbyid(relowner) <> $2
	     AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))
	UNION ALL
	SELECT format('ALTER TYPE %I.%I OWNER TO {writer}', $1, typname)
	FROM pg_type WHERE typnamespace = (TABLE in_schema) AND typtype IN ('e', 'd') AND pg_get_userbyid(typowner) <> $2
	UNION ALL
	SELECT format('ALTER ROUTINE %I.%I(%s) OWNER TO {writer}', $1, proname, pg_get_function_identity_arguments(oid))
	FROM pg_proc WHERE pronamespace = (TABLE in_schema) AND pg_get_userbyid(proowner) <> $2`

// missing is what brings the schema about, all of it the writer's.
func (c contents) missing(r roles) []statement {
	var lines []string
	if !c.schema {
		lines = append(lines, "CREATE SCHEMA IF NOT EXISTS "+schema+" AUTHORIZATION {writer}")
	}
	lines = append(lines, c.owned...)
	if c.public { // before PostgreSQL 15 anybody may make tables there
		lines = append(lines, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	}
	return script(r.names(), lines...)
}

// rights are those of worker and reader, and nothing else. Which migrations have run is for the migrations to write.
func rights(r roles) []statement {
	return script(r.names(),
		"REVOKE ALL ON SCHEMA payments FROM PUBLIC, {worker}, {reader}",
		"REVOKE ALL ON ALL TABLES IN SCHEMA payments FROM PUBLIC, {worker}, {reader}",
		"REVOKE ALL ON ALL SEQUENCES IN SCHEMA payments FROM PUBLIC, {worker}, {reader}",
		"GRANT USAGE ON SCHEMA payments TO {worker}, {reader}",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA payments TO {worker}",
		"REVOKE INSERT, UPDATE, DELETE ON payments.schema_migrations, payments.schema_reach, payments.river_migration FROM {worker}",
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA payments TO {worker}",
		"GRANT SELECT ON ALL TABLES IN SCHEMA payments TO {reader}",
		"GRANT SELECT ON ALL SEQUENCES IN SCHEMA payments TO {reader}", // which pg_dump reads
		"ALTER DEFAULT PRIVILEGES FOR ROLE {writer} IN SCHEMA payments GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {worker}",
		"ALTER DEFAULT PRIVILEGES FOR ROLE {writer} IN SCHEMA payments GRANT USAGE ON SEQUENCES TO {worker}",
		"ALTER DEFAULT PRIVILEGES FOR ROLE {writer} IN SCHEMA payments GRANT SELECT ON TABLES TO {reader}",
		"ALTER DEFAULT PRIVILEGES FOR ROLE {writer} IN SCHEMA payments GRANT SELECT ON SEQUENCES TO {reader}",
	)
}
