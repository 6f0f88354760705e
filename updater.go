package main

type updaterCommand struct {
	Migrate migrateCommand `cmd:"" hidden:"" help:"Bring the database to this build's schema. Only an updater calls this."`
}
