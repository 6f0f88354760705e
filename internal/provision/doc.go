// Package provision prepares a PostgreSQL server for payments-server: the database, its schema, and three roles, each
// with exactly the rights of its work. It will not make tables, which is the store's; and it will not take rights from
// anybody but PUBLIC and these three.
//
//	writer   owns the schema and all that is in it; nobody logs in as it. Migrations run as it.
//	worker   is who DATABASE_URL names: reads and writes rows, and can alter, create and drop nothing.
//	reader   may only SELECT.
//
// The order is Look, Prepare, then the migrations at MigrationURL, then Grant. Each may be repeated; a database that
// others have made, the original's among them, is brought to the same state.
package provision
