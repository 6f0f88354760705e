package provision

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// server is what there is before.
type server struct {
	superuser bool            // is the admin
	roles     map[string]bool // those of ours that exist, and whether they may do more than their work
	database  bool
	owner     string
}

func lookAtServer(ctx context.Context, conn *pgx.Conn, database string, r roles) (s server, err error) {
	if err := conn.QueryRow(ctx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").Scan(&s.superuser); err != nil {
		return s, err
	}
	if s.roles, err = lookAtRoles(ctx, conn, r); err != nil {
		return s, err
	}
	rows, _ := conn.Query(ctx, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", database) // its error is CollectRows' too
	owners, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(owners) == 0 {
		return s, err
	}
	s.database, s.owner = true, owners[0]
	return s, nil
}

func lookAtRoles(ctx context.Context, conn *pgx.Conn, r roles) (map[string]bool, error) {
	rows, _ := conn.Query(ctx, `
		SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
		       OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
		FROM pg_roles r WHERE rolname = ANY ($1)`, []string{r.writer, r.worker, r.reader})
	found := map[string]bool{}
	var name string
	var mighty bool
	_, err := pgx.ForEachRow(rows, []any{&name, &mighty}, func() error {
		found[name] = mighty
		return nil
	})
	return found, err
}

// admits refuses to give a role that may do more the work of one that must not.
func (s server) admits(r roles) error {
	for _, role := range []string{r.worker, r.reader} {
		if s.roles[role] {
			return fmt.Errorf("the role %s is a superuser, may create roles or databases, or is a member of another role: "+
				"name another in DATABASE_URL, which this command then makes, or take that from it", role)
		}
	}
	return nil
}

// missing is what brings roles and database about.
func (s server) missing(database string, r roles, passwords map[string]string) ([]statement, error) {
	var all []statement
	for _, role := range []string{r.writer, r.worker, r.reader} {
		if _, found := s.roles[role]; !found {
			all = append(all, script(map[string]string{"role": role}, "CREATE ROLE {role}")...)
		}
	}
	for _, role := range slices.Sorted(maps.Keys(passwords)) {
		login, err := mayLogIn(role, passwords[role])
		if err != nil {
			return nil, err
		}
		all = append(all, login)
	}
	if !s.superuser { // who must be a member of a role to make something in its name
		all = append(all, script(r.names(), "GRANT {writer} TO CURRENT_USER")...)
	}
	names := r.names()
	names["database"] = database
	return append(all, script(names, s.databaseLines(r)...)...), nil
}

func (s server) databaseLines(r roles) []string {
	lines := []string{
		"GRANT CONNECT, CREATE ON DATABASE {database} TO {writer}",
		"GRANT CONNECT ON DATABASE {database} TO {worker}, {reader}",
		"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC", // a temporary table is one that the reader would write
	}
	switch {
	case !s.database: // nobody else has anything to do in it
		return append([]string{"CREATE DATABASE {database} OWNER {writer}", "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC"}, lines...)
	case s.owner == r.worker || s.owner == r.reader: // an owner may make and drop what it likes
		return append([]string{"ALTER DATABASE {database} OWNER TO {writer}"}, lines...)
	}
	return lines
}

// mayLogIn lets a role log in, by a password if there is one. The server gets its verifier and never the password,
// as with psql's \password: statements are found in logs.
func mayLogIn(role, password string) (statement, error) {
	login := script(map[string]string{"role": role}, "ALTER ROLE {role} LOGIN")[0]
	if password == "" {
		return login, nil
	}
	verifier, err := scramVerifier(password)
	if err != nil {
		return statement{}, fmt.Errorf("password of %s: %w", role, err)
	}
	return statement{
		sql:   login.sql + " PASSWORD '" + strings.ReplaceAll(verifier, "'", "''") + "'",
		shown: login.sql + " /* and its PASSWORD, which is not shown */",
	}, nil
}
