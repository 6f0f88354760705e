package provision

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statement is SQL, and how it is shown when it holds a secret.
type statement struct{ sql, shown string }

func (s statement) String() string {
	if s.shown != "" {
		return s.shown
	}
	return s.sql
}

func (s statement) run(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, s.sql); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

// script makes a list of statements in which {name} stands for an identifier.
func script(names map[string]string, lines ...string) []statement {
	var pairs []string
	for name, identifier := range names {
		pairs = append(pairs, "{"+name+"}", pgx.Identifier{identifier}.Sanitize())
	}
	fill := strings.NewReplacer(pairs...)
	made := make([]statement, len(lines))
	for i, line := range lines {
		made[i] = statement{sql: fill.Replace(line)}
	}
	return made
}

func (r roles) names() map[string]string {
	return map[string]string{"writer": r.writer, "worker": r.worker, "reader": r.reader}
}

// WriteBefore shows what Prepare would run.
func (p *Plan) WriteBefore(w io.Writer) error {
	if err := write(w, "-- on the server, as the admin\n", p.server); err != nil {
		return err
	}
	return write(w, fmt.Sprintf("\n-- in the database %s, as the admin\n", p.database), p.inside)
}

// WriteAfter shows what Grant would run.
func (p *Plan) WriteAfter(w io.Writer) error {
	return write(w, "\n-- everybody's rights, as the admin\n", p.after)
}

func write(w io.Writer, title string, statements []statement) error {
	text := title
	for _, s := range statements {
		text += s.String() + ";\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
